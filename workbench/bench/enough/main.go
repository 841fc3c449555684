// Command enough measures what the estimate of recall is worth, by which searches may stop:
//
//	go run ./workbench/bench/enough [-rows 500] [-entries 50000] [-queries 200] [-test] data/verbs
//
// It prints two tables in Markdown. The first says, by deciles of the estimates of searches at
// fixed budgets, the mean estimate and the mean recall. The second says, for recall targets, the
// mean calls and mean recall of searches that stop there, and how many calls the fixed budget of
// the same mean recall takes. Queries are train rows beyond -rows unless -test.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"slices"

	"axn/workbench"
)

func main() {
	rows := flag.Int("rows", 500, "train queries to learn from, at most half of them")
	entries := flag.Int("entries", 50000, "index calls; -1 is 100 dense rows")
	queries := flag.Int("queries", 200, "queries to search, at most")
	test := flag.Bool("test", false, "search test queries instead of train queries")
	plain := flag.Bool("plain", false, "without views")
	budget := flag.Int("budget", 2000, "the most calls a query may spend")
	only := flag.Int("k", 0, "k of the targets; 0 is 10 and 100")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("enough: name one data set folder")
	}
	ctx := context.Background()
	d, err := workbench.OpenDataset(flag.Arg(0))
	workbench.Must(err)
	if *plain {
		d.Views, d.Alone = nil, nil
	}
	s, err := d.Scorer()
	workbench.Must(err)
	n := min(*rows, len(d.Train)/2)
	sm := workbench.Sampling{Queries: n, Random: *entries / n, Seed: 1}
	if *entries < 0 {
		sm = workbench.Sampling{Queries: 100, Dense: true}
	}
	g, err := workbench.Observe(ctx, s, d, sm)
	workbench.Must(err)
	b := &bench{s: s, asked: d.Train[n:], budget: *budget}
	if *test {
		b.asked = d.Test
	}
	b.asked = b.asked[:min(*queries, len(b.asked))]
	b.ix, err = workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{})
	workbench.Must(err)
	b.exact, err = workbench.Exact(ctx, s, d, b.asked, 100)
	workbench.Must(err)
	for _, k := range []int{10, 100} {
		b.calibration(ctx, k)
	}
	for _, k := range []int{10, 100} {
		if *only == 0 || *only == k {
			b.targets(ctx, k)
		}
	}
}

type bench struct {
	s      workbench.Scorer
	ix     *workbench.Index
	asked  []int
	budget int
	exact  []workbench.Neighbors
}

// judged is an estimate and the truth.
type judged struct{ estimate, recall float64 }

func (b *bench) search(ctx context.Context, o workbench.SearchOptions) (js []judged, calls float64) {
	rs, err := b.ix.SearchAll(ctx, b.s, b.asked, o)
	workbench.Must(err)
	for i, r := range rs {
		one, err := workbench.RecallOf(rs[i:i+1], b.exact[i:i+1], o.K)
		workbench.Must(err)
		js, calls = append(js, judged{r.Recall, one}), calls+float64(r.Calls)/float64(len(rs))
	}
	return js, calls
}

func means(js []judged) (estimate, recall float64) {
	for _, j := range js {
		estimate, recall = estimate+j.estimate/float64(len(js)), recall+j.recall/float64(len(js))
	}
	return 100 * estimate, 100 * recall
}

// calibration prints deciles of the estimates at all budgets together.
func (b *bench) calibration(ctx context.Context, k int) {
	var all []judged
	for _, budget := range []int{100, 200, 350, 500} {
		js, _ := b.search(ctx, workbench.SearchOptions{K: k, Budget: budget})
		all = append(all, js...)
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(a.estimate, b.estimate) })
	fmt.Printf("| k = %d: decile |", k)
	for i := range 10 {
		fmt.Printf(" %d |", i+1)
	}
	for _, what := range []string{"estimate", "recall"} {
		fmt.Printf("\n| %s |", what)
		for i := range 10 {
			e, r := means(all[i*len(all)/10 : (i+1)*len(all)/10])
			if what == "recall" {
				e = r
			}
			fmt.Printf(" %.1f |", e)
		}
	}
	fmt.Println()
}

// targets prints what stopping saves.
func (b *bench) targets(ctx context.Context, k int) {
	budgets := []int{25, 35, 50, 70, 100, 140, 200, 280, 400, 560, 800, 1100, 1500, 2000}
	var recalls []float64
	for _, budget := range budgets {
		js, _ := b.search(ctx, workbench.SearchOptions{K: k, Budget: budget})
		_, r := means(js)
		recalls = append(recalls, r)
	}
	for _, target := range []float64{.8, .9, .95} {
		js, calls := b.search(ctx, workbench.SearchOptions{K: k, Budget: b.budget, Recall: target})
		e, r := means(js)
		at := slices.IndexFunc(recalls, func(x float64) bool { return x >= r })
		if at < 1 {
			fmt.Printf("| k = %d | %.2f | %.1f | %.1f | %.0f | beyond the budgets tried |\n", k, target, e, r, calls)
			continue
		}
		share := (r - recalls[at-1]) / (recalls[at] - recalls[at-1])
		fixed := float64(budgets[at-1]) + share*float64(budgets[at]-budgets[at-1])
		fmt.Printf("| k = %d | %.2f | %.1f | %.1f | %.0f | %.0f | %+.0f %% |\n", k, target, e, r, calls, fixed, 100*(calls/fixed-1))
	}
}
