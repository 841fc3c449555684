// Command online measures what queries gain from those searched before them:
//
//	go run ./workbench/bench/online [-rows 500] [-entries 10000,50000] [-queries 300] [-plain] [-test] data/verbs
//
// It prints a table in Markdown: Top-k-Recall of all queries, searched each by itself and with
// SearchOptions.Learn, and the mean of the differences with its 95 % interval over queries. The last
// columns are of the second half of the queries alone, which have had the most to learn from. Queries are
// train rows beyond -rows unless -test.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"strconv"
	"strings"

	"axn/workbench"
	"axn/workbench/internal/stats"
)

func main() {
	rows := flag.Int("rows", 500, "train queries to learn from, at most half of them")
	entries := flag.String("entries", "10000,50000", "index calls, several with commas; -1 is 100 dense rows")
	queries := flag.Int("queries", 300, "queries to search, at most")
	learn := flag.String("learn", "1,64", "values of Learn, with commas")
	plain := flag.Bool("plain", false, "without views")
	test := flag.Bool("test", false, "search test queries instead of train queries")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("online: name one data set folder")
	}
	ctx := context.Background()
	d, err := workbench.OpenDataset(flag.Arg(0))
	workbench.Must(err)
	if *plain {
		d.Views, d.Alone = nil, nil
	}
	b := &bench{d: d}
	b.s, err = d.Scorer()
	workbench.Must(err)
	n := min(*rows, len(d.Train)/2)
	if b.asked = d.Train[n:]; *test {
		b.asked = d.Test
	}
	b.asked = b.asked[:min(*queries, len(b.asked))]
	b.exact, err = workbench.Exact(ctx, b.s, d, b.asked, 100)
	workbench.Must(err)
	fmt.Println("| index calls | B | Learn | k = 10 | k = 100 | k = 10, second half | k = 100, second half |\n|---|---|---|---|---|---|---|")
	for _, calls := range numbers(*entries) {
		sm := workbench.Sampling{Queries: n, Random: calls / n, Seed: 1}
		if calls < 0 {
			sm = workbench.Sampling{Queries: 100, Dense: true}
		}
		g, err := workbench.Observe(ctx, b.s, d, sm)
		workbench.Must(err)
		ix, err := workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{})
		workbench.Must(err)
		for _, budget := range []int{100, 500} {
			b.compare(ctx, ix, budget, numbers(*learn))
		}
	}
}

func numbers(list string) (ns []int) {
	for _, word := range strings.Split(list, ",") {
		n, err := strconv.Atoi(word)
		workbench.Must(err)
		ns = append(ns, n)
	}
	return ns
}

type bench struct {
	d     *workbench.Dataset
	s     workbench.Scorer
	asked []int
	exact []workbench.Neighbors
}

var ks = []int{10, 100}

// recalls are the queries', by k.
func (b *bench) recalls(ctx context.Context, ix *workbench.Index, o workbench.SearchOptions) (of [][]float64) {
	rs, err := ix.SearchAll(ctx, b.s, b.asked, o)
	workbench.Must(err)
	for _, k := range ks {
		var each []float64
		for i := range rs {
			one, err := workbench.RecallOf(rs[i:i+1], b.exact[i:i+1], k)
			workbench.Must(err)
			each = append(each, 100*one)
		}
		of = append(of, each)
	}
	return of
}

// compare prints a row without learning and one for each value of Learn.
func (b *bench) compare(ctx context.Context, ix *workbench.Index, budget int, learn []int) {
	without := b.recalls(ctx, ix, workbench.SearchOptions{Budget: budget})
	half := len(b.asked) / 2
	fmt.Printf("| %d | %d | 0 | %.1f | %.1f | %.1f | %.1f |\n", ix.Calls, budget, stats.Mean(without[0]), stats.Mean(without[1]), stats.Mean(without[0][half:]), stats.Mean(without[1][half:]))
	for _, n := range learn {
		with := b.recalls(ctx, ix, workbench.SearchOptions{Budget: budget, Learn: n})
		fmt.Printf("| | | %d |", n)
		for _, from := range []int{0, half} {
			for k := range ks {
				var gains []float64
				for i := range with[k] {
					gains = append(gains, with[k][i]-without[k][i])
				}
				low, high := stats.Bootstrap(gains[from:])
				fmt.Printf(" %.1f, %+.1f (%+.1f to %+.1f) |", stats.Mean(with[k][from:]), stats.Mean(gains[from:]), low, high)
			}
		}
		fmt.Println()
	}
}
