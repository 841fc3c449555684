// Cut makes data/ from the full dataset: of verbs the first 500 train queries
// and all test queries, with every item; the two models as they are.
//
//	go run ./data/cut FROM   (the folder that holds verbs/ and models/)
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"axn/workbench"
)

const trainQueries = 500

func main() {
	log.SetFlags(0)
	log.SetPrefix("cut: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./data/cut FROM")
	}
	from, to := os.Args[1], "data"
	check(os.MkdirAll(filepath.Join(to, "verbs"), 0o755))
	rows := cutQueries(filepath.Join(from, "verbs", "queries.tsv"), filepath.Join(to, "verbs", "queries.tsv"))
	for _, name := range []string{"ce_scores.npy", "de_queries.npy"} {
		m, err := workbench.OpenMatrix(filepath.Join(from, "verbs", name))
		check(err)
		check(m.Select(rows).SaveHalf(filepath.Join(to, "verbs", name)))
	}
	for _, name := range []string{"items.tsv", "de_items.npy"} {
		b, err := os.ReadFile(filepath.Join(from, "verbs", name))
		check(err)
		check(os.WriteFile(filepath.Join(to, "verbs", name), b, 0o644))
	}
	check(os.RemoveAll(filepath.Join(to, "models")))
	check(os.CopyFS(filepath.Join(to, "models"), os.DirFS(filepath.Join(from, "models"))))
}

// cutQueries writes the kept lines and returns their rows.
func cutQueries(from, to string) []int {
	in, err := os.Open(from)
	check(err)
	defer in.Close()
	var rows []int
	var kept strings.Builder
	sc := bufio.NewScanner(in)
	for line, train := 0, 0; sc.Scan(); line++ {
		isTrain := strings.HasSuffix(sc.Text(), "\ttrain")
		if line == 0 || !isTrain || train < trainQueries {
			fmt.Fprintln(&kept, sc.Text())
			if line > 0 {
				rows = append(rows, line-1)
			}
		}
		if isTrain {
			train++
		}
	}
	check(sc.Err())
	check(os.WriteFile(to, []byte(kept.String()), 0o644))
	return rows
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
