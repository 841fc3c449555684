// Command search compares the AXN loop (10 rounds, 500 calls) with the same loop
// in PyTorch and in numpy on the same arrays in one run, taking turns, and prints
// a Markdown table. The rivals are installed by pip into the user's cache folder
// on first use.
//
//	go run ./workbench/bench/search                       # verbs, 100,000 and 1,000,000 items
//	go run ./workbench/bench/search -items 100000         # one of them
//	go run ./workbench/bench/search -scale                # time and memory of ours by items and budget
//	go run ./workbench/bench/search -rough                # time of ours over vectors of poor rank and scale
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

//go:embed rivals.py
var script string

// The loop's settings; found is how many of the items scored the sides are
// compared by.
const (
	dims     = 256
	budget   = 500
	turns    = 10
	found    = 100
	lockstep = 64 // queries advancing together
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("search: ")
	verbs := flag.String("verbs", "data/verbs", "folder of a data set with scores; none if empty")
	items := flag.String("items", "100000,1000000", "numbers of items drawn at random, by commas")
	rounds := flag.Int("rounds", 3, "turns of each side; the best one counts")
	kinds := flag.Bool("rough", false, "time over vectors of poor rank and scale, without rivals")
	scales := flag.Bool("scale", false, "time and memory by items and budget, without rivals")
	flag.Parse()
	var err error
	if *kinds {
		err = roughRatios(*rounds)
	} else if *scales {
		err = scale()
	} else {
		err = run(*verbs, *items, *rounds)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(verbs, items string, rounds int) error {
	for threads := 1; threads <= runtime.NumCPU() && threads <= 2; threads *= 2 {
		if err := table(verbs, items, rounds, threads); err != nil {
			return err
		}
	}
	return nil
}

// table prints everything at one number of threads.
func table(verbs, items string, rounds, threads int) (err error) {
	runtime.GOMAXPROCS(threads)
	dir, err := os.MkdirTemp("", "search")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	number := strconv.Itoa(threads)
	p, err := rival.Start("bench-search", script, []string{"numpy", "torch"}, "SEARCH_FOLDER="+dir, "OMP_NUM_THREADS="+number, "MKL_NUM_THREADS="+number, "OPENBLAS_NUM_THREADS="+number)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	versions, err := p.Versions("numpy", "torch")
	if err != nil {
		return err
	}
	fmt.Printf("%s, best of %d: %s, threads %d, kernels %s, %s, %s.\n\n"+
		"| what | queries | axn, ms/query | rival | its ms/query | ratio | recall@%d, axn / rival | agreement |\n|---|---|---|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rounds, rival.CPU(), threads, f32.Kernels(), runtime.Version(), versions, found)
	b := &bench{p, dir, rounds}
	if verbs != "" {
		if err := b.compare(b.verbs(verbs)); err != nil {
			return fmt.Errorf("%s: %w", verbs, err)
		}
	}
	for _, n := range strings.FieldsFunc(items, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(n)
		if err != nil {
			return err
		}
		if err := b.compare(b.drawn(n)); err != nil {
			return fmt.Errorf("%d items: %w", n, err)
		}
	}
	fmt.Println()
	return nil
}

// bench is one run at a number of threads.
type bench struct {
	rivals *rival.Process
	dir    string
	rounds int
}

// arena is what both sides search: an index, the scores, the queries' rows.
type arena struct {
	name    string
	index   *workbench.Index
	data    *workbench.Dataset
	scorer  workbench.Scorer
	queries []int
}

// verbs opens a data set on both sides.
func (b *bench) verbs(folder string) (*arena, error) {
	d, err := workbench.OpenDataset(folder)
	if err != nil {
		return nil, err
	}
	s, err := d.Scorer()
	if err != nil {
		return nil, err
	}
	return b.arena(d, s, d.Test[:lockstep], folder+"/de_items.npy", folder+"/de_queries.npy", folder+"/ce_scores.npy")
}

// drawn has the script write n normal items.
func (b *bench) drawn(n int) (*arena, error) {
	if err := b.rivals.Ask(rival.Request{"do": "make", "items": n, "dims": dims, "queries": lockstep}, &struct{}{}); err != nil {
		return nil, err
	}
	files := []string{b.dir + "/items.npy", b.dir + "/queries.npy", b.dir + "/scores.npy"}
	var ms [3]*workbench.Matrix
	for i, f := range files {
		var err error
		if ms[i], err = workbench.OpenMatrix(f); err != nil {
			return nil, err
		}
	}
	return b.arena(dataset(ms[1], ms[0]), workbench.LookUp(ms[2]), rows(lockstep), files...)
}

// arena makes the index and opens the same files in the script.
func (b *bench) arena(d *workbench.Dataset, s workbench.Scorer, queries []int, files ...string) (*arena, error) {
	ix, err := workbench.Factorize(context.Background(), d, nil, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	if err != nil {
		return nil, err
	}
	request := rival.Request{"do": "open", "items": files[0], "queries": files[1], "scores": files[2], "rows": queries}
	return &arena{fmt.Sprintf("n=%d", len(d.Items)), ix, d, s, queries}, b.rivals.Ask(request, &struct{}{})
}

// dataset is one without texts.
func dataset(queries, items *workbench.Matrix) *workbench.Dataset {
	d := &workbench.Dataset{Queries: make([]workbench.Query, queries.Rows), Items: make([]workbench.Item, items.Rows), Test: rows(queries.Rows)}
	d.DE = workbench.DualEmbeddings{Queries: queries, Items: items}
	for i := range d.Queries {
		d.Queries[i].ID = "q" + strconv.Itoa(i)
		d.Queries[i].Gold = -1
	}
	for i := range d.Items {
		d.Items[i].ID = strconv.Itoa(i)
	}
	return d
}

func rows(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
