// Command enough measures what the estimate of recall is worth, by which searches may stop:
//
//	go run ./workbench/bench/enough [-rows 500] [-entries 50000] [-queries 200] [-test] [-plot FILE.svg] data/verbs
//
// For each data set folder it prints two tables in Markdown. The first says, by deciles of the
// estimates of searches at fixed budgets, the mean estimate and the mean recall, and -plot draws it. The
// second says, for recall targets, the mean estimate, recall and calls of searches that stop there, and how
// many calls the fixed budget of the same mean recall takes. Queries are train rows beyond -rows unless -test.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"slices"

	"axn/workbench"
	"axn/workbench/internal/chart"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

func main() {
	rows := flag.Int("rows", 500, "train queries to learn from, at most half of them")
	entries := flag.Int("entries", 50000, "index calls; -1 is 100 dense rows")
	queries := flag.Int("queries", 200, "queries to search, at most")
	test := flag.Bool("test", false, "search test queries instead of train queries")
	plain := flag.Bool("plain", false, "without views")
	budget := flag.Int("budget", 2000, "the most calls a query may spend; 0 leaves the second table out")
	file := flag.String("plot", "", "file for a plot of the first table")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() == 0 {
		log.Fatal("enough: name data set folders")
	}
	ctx := context.Background()
	var lines []chart.Line
	for _, dir := range flag.Args() {
		d, err := workbench.OpenDataset(dir)
		workbench.Must(err)
		if *plain {
			d.Views, d.Alone = nil, nil
		}
		b := newBench(ctx, d, *rows, *entries, *queries, *test)
		for _, k := range ks {
			lines = append(lines, b.calibration(ctx, k))
		}
		if *budget > 0 {
			b.targets(ctx, *budget)
		}
	}
	if *file != "" {
		workbench.Must(draw(lines, *file))
	}
}

var ks = []int{10, 100}

// draw plots mean recall against the mean estimate.
func draw(lines []chart.Line, file string) error {
	p := chart.New("recall against its estimate, by deciles of the estimate", "mean estimate, %", "mean recall, %")
	same := chart.Backdrop{XYs: plotter.XYs{{X: 40, Y: 40}, {X: 100, Y: 100}}, Width: vg.Points(3)}
	if err := chart.AddLines(p, lines, same); err != nil {
		return err
	}
	return p.Save(6*vg.Inch, 5*vg.Inch, file)
}

type bench struct {
	name  string
	s     workbench.Scorer
	ix    *workbench.Index
	asked []int
	exact []workbench.Neighbors
}

// newBench makes an index and finds exact neighbours.
func newBench(ctx context.Context, d *workbench.Dataset, rows, entries, queries int, test bool) *bench {
	s, err := d.Scorer()
	workbench.Must(err)
	n := min(rows, len(d.Train)/2)
	sm := workbench.Sampling{Queries: n, Random: entries / n, Seed: 1}
	if entries < 0 {
		sm = workbench.Sampling{Queries: 100, Dense: true}
	}
	g, err := workbench.Observe(ctx, s, d, sm)
	workbench.Must(err)
	b := &bench{name: d.Name, s: s, asked: d.Train[n:]}
	if test {
		b.asked = d.Test
	}
	b.asked = b.asked[:min(queries, len(b.asked))]
	b.ix, err = workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{})
	workbench.Must(err)
	b.exact, err = workbench.Exact(ctx, s, d, b.asked, slices.Max(ks))
	workbench.Must(err)
	return b
}

// judged is an estimate and the truth, in percent.
type judged struct{ estimate, recall float64 }

func (b *bench) search(ctx context.Context, o workbench.SearchOptions) (rs []workbench.Result, calls float64) {
	rs, err := b.ix.SearchAll(ctx, b.s, b.asked, o)
	workbench.Must(err)
	for _, r := range rs {
		calls += float64(r.Calls) / float64(len(rs))
	}
	return rs, calls
}

func (b *bench) judge(rs []workbench.Result, k int) (js []judged) {
	for i, r := range rs {
		one, err := workbench.RecallOf(rs[i:i+1], b.exact[i:i+1], k)
		workbench.Must(err)
		js = append(js, judged{100 * r.Recall, 100 * one})
	}
	return js
}

func means(js []judged) (estimate, recall float64) {
	for _, j := range js {
		estimate, recall = estimate+j.estimate/float64(len(js)), recall+j.recall/float64(len(js))
	}
	return estimate, recall
}

// calibration prints deciles of the estimates at all budgets together.
func (b *bench) calibration(ctx context.Context, k int) chart.Line {
	var all []judged
	for _, budget := range []int{100, 200, 350, 500} {
		rs, _ := b.search(ctx, workbench.SearchOptions{K: k, Budget: budget})
		all = append(all, b.judge(rs, k)...)
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(a.estimate, b.estimate) })
	line := chart.Line{Name: fmt.Sprintf("%s, k = %d", b.name, k)}
	fmt.Printf("| %s, k = %d, by decile", b.name, k)
	for i := range 10 {
		e, r := means(all[i*len(all)/10 : (i+1)*len(all)/10])
		line.XYs = append(line.XYs, plotter.XY{X: e, Y: r})
		fmt.Printf(" | %.1f / %.1f", e, r)
	}
	fmt.Println(" |")
	return line
}

// targets prints what stopping saves.
func (b *bench) targets(ctx context.Context, most int) {
	budgets := []int{25, 35, 50, 70, 100, 140, 200, 280, 400, 560, 800, 1100, 1500, 2000}
	budgets = slices.DeleteFunc(budgets, func(n int) bool { return n > most })
	recalls := map[int][]float64{} // by k, then by budget
	for _, budget := range budgets {
		rs, _ := b.search(ctx, workbench.SearchOptions{Budget: budget})
		for _, k := range ks {
			_, r := means(b.judge(rs, k))
			recalls[k] = append(recalls[k], r)
		}
	}
	for _, k := range ks {
		for _, target := range []float64{.8, .9, .95} {
			rs, calls := b.search(ctx, workbench.SearchOptions{K: k, Budget: most, Recall: target})
			e, r := means(b.judge(rs, k))
			fmt.Printf("| %s, k = %d, %.2f | %.1f | %.1f | %.0f |", b.name, k, target, e, r, calls)
			if fixed := budgetOf(budgets, recalls[k], r); fixed > 0 {
				fmt.Printf(" %.0f | %+.0f %% |\n", fixed, 100*(calls/fixed-1))
			} else {
				fmt.Println(" beyond the budgets tried | |")
			}
		}
	}
}

// budgetOf is the budget of a recall, by straight lines between budgets; 0 beyond them.
func budgetOf(budgets []int, recalls []float64, recall float64) float64 {
	at := slices.IndexFunc(recalls, func(x float64) bool { return x >= recall })
	if at < 1 {
		return 0
	}
	share := (recall - recalls[at-1]) / (recalls[at] - recalls[at-1])
	return float64(budgets[at-1]) + share*float64(budgets[at]-budgets[at-1])
}
