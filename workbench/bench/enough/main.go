// Command enough measures what the estimate of recall is worth, by which searches may stop:
//
//	go run ./workbench/bench/enough [-indexes 50000,plain-10000,dense] [-queries 200] [-learn 100] [-test] [-plot FILE.svg] data/verbs
//
// For each data set folder it prints two tables in Markdown. The first says, by deciles of the
// estimates of searches at fixed budgets of all indexes together, the mean estimate, how much it is more than the mean recall, and the
// standard error of that, searches of one query being one sample; -plot draws it. With
// -learn N every index calibrates its estimates on N train queries that are not searched otherwise, and the table has
// a row more. The second says, for recall targets, the mean estimate, recall and calls of searches that stop there, and how
// many calls the fixed budget of the same mean recall takes. Queries are train rows beyond -rows and -learn unless -test.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"axn/kernelspec/drawing"
	"axn/workbench"
	"axn/workbench/internal/chart"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// settings are the flags.
type settings struct {
	rows, queries, learn, calls int
	skip                        int
	seed                        int64
	indexes                     []string
	test                        bool
}

func main() {
	var set settings
	flag.IntVar(&set.rows, "rows", 500, "train queries to learn from, at most half of them")
	indexes := flag.String("indexes", "50000", "indexes by their calls; dense is 100 dense rows, plain- before them is without views")
	flag.IntVar(&set.queries, "queries", 200, "queries to search, at most")
	flag.IntVar(&set.learn, "learn", 0, "train queries to calibrate estimates on")
	flag.IntVar(&set.calls, "calls", 300, "calls for each of them beside its search")
	flag.IntVar(&set.skip, "skip", 0, "train queries between -rows and those")
	flag.Int64Var(&set.seed, "seed", 1, "of the audits that those are")
	flag.BoolVar(&set.test, "test", false, "search test queries instead of train queries")
	budget := flag.Int("budget", 2000, "the most calls a query may spend; 0 leaves the second table out")
	file := flag.String("plot", "", "SVG `FILE` for a plot of the first table")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() == 0 {
		log.Fatal("enough: name data set folders")
	}
	set.indexes = strings.Split(*indexes, ",")
	ctx := context.Background()
	var lines []chart.Line
	for _, dir := range flag.Args() {
		d, err := workbench.OpenDataset(dir)
		workbench.Must(err)
		b := newBench(ctx, d, set)
		for _, k := range ks {
			lines = append(lines, b.calibration(ctx, k, ""))
			if set.learn > 0 {
				b.learn(ctx, k, set)
				lines = append(lines, b.calibration(ctx, k, ", calibrated"))
			}
		}
		if *budget > 0 {
			b.targets(ctx, *budget)
		}
	}
	if *file != "" {
		workbench.Must(plotted(lines, *file))
	}
}

var ks = []int{10, 100}

// plotted plots mean recall against the mean estimate.
func plotted(lines []chart.Line, file string) error {
	p := chart.New("recall against its estimate, by deciles of the estimate", "mean estimate, %", "mean recall, %")
	same := chart.Backdrop{XYs: plotter.XYs{{X: 40, Y: 40}, {X: 100, Y: 100}}, Width: vg.Points(3)}
	if err := chart.AddLines(p, lines, same); err != nil {
		return err
	}
	const margin = 8 // points
	svg, err := drawing.SVG(6*vg.Inch+2*margin, 5*vg.Inch+2*margin, p.BackgroundColor, func(c draw.Canvas) {
		c.SetColor(p.BackgroundColor)
		c.Fill(c.Rectangle.Path())
		p.Draw(draw.Crop(c, margin, -margin, margin, -margin))
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, svg, 0o644)
}

type bench struct {
	name    string
	s       workbench.Scorer
	indexes []*workbench.Index
	learnt  []int // queries to calibrate on
	asked   []int
	exact   []workbench.Neighbors
}

// newBench makes indexes and finds exact neighbours.
func newBench(ctx context.Context, d *workbench.Dataset, set settings) *bench {
	s, err := d.Scorer()
	workbench.Must(err)
	n := min(set.rows, len(d.Train)/2)
	b := &bench{name: d.Name, s: s, asked: d.Train[n:]}
	b.learnt, b.asked = b.asked[set.skip:][:set.learn], slices.Delete(slices.Clone(b.asked), set.skip, set.skip+set.learn)
	if set.test {
		b.asked = d.Test
	}
	b.asked = b.asked[:min(set.queries, len(b.asked))]
	for _, name := range set.indexes {
		b.indexes = append(b.indexes, newIndex(ctx, d, s, n, name))
	}
	b.exact, err = workbench.Exact(ctx, s, d, b.asked, slices.Max(ks))
	workbench.Must(err)
	return b
}

func newIndex(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, rows int, name string) *workbench.Index {
	own := *d
	calls, plain := strings.CutPrefix(name, "plain-")
	if plain {
		own.Views, own.Alone = nil, nil
	}
	sm := workbench.Sampling{Queries: min(rows, 100), Dense: true}
	if calls != "dense" {
		entries, err := strconv.Atoi(calls)
		workbench.Must(err)
		sm = workbench.Sampling{Queries: rows, Random: entries / rows, Seed: 1}
	}
	g, err := workbench.Observe(ctx, s, &own, sm)
	workbench.Must(err)
	ix, err := workbench.Factorize(ctx, &own, g, workbench.FactorizeOptions{})
	workbench.Must(err)
	return ix
}

// learn calibrates every index's estimates at k.
func (b *bench) learn(ctx context.Context, k int, set settings) {
	for i, ix := range b.indexes {
		c, err := ix.CalibrateRecall(ctx, b.s, b.learnt, workbench.AuditOptions{
			Search: workbench.SearchOptions{K: k, Budget: 500}, Calls: set.calls * len(b.learnt), Seed: set.seed})
		workbench.Must(err)
		log.Printf("%s: %v", set.indexes[i], c)
	}
}

// judged is an estimate and the truth of one query's search, in percent.
type judged struct {
	query            int
	estimate, recall float64
}

func (b *bench) search(ctx context.Context, ix *workbench.Index, o workbench.SearchOptions) (rs []workbench.Result, calls float64) {
	rs, err := ix.SearchAll(ctx, b.s, b.asked, o)
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
		js = append(js, judged{r.Query, 100 * r.Recall, 100 * one})
	}
	return js
}

func means(js []judged) (estimate, recall float64) {
	for _, j := range js {
		estimate, recall = estimate+j.estimate/float64(len(js)), recall+j.recall/float64(len(js))
	}
	return estimate, recall
}

// sampling is the standard error of the mean estimate less the mean recall.
func sampling(js []judged) float64 {
	e, r := means(js)
	of := map[int]float64{} // by query
	for _, j := range js {
		of[j.query] += (j.estimate - j.recall - e + r) / float64(len(js))
	}
	squares := 0.0
	for _, x := range of {
		squares += x * x
	}
	return math.Sqrt(squares)
}

// calibration prints deciles of the estimates at all budgets together.
func (b *bench) calibration(ctx context.Context, k int, how string) chart.Line {
	var all []judged
	for _, ix := range b.indexes {
		for _, budget := range []int{100, 200, 350, 500} {
			rs, _ := b.search(ctx, ix, workbench.SearchOptions{K: k, Budget: budget})
			all = append(all, b.judge(rs, k)...)
		}
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(a.estimate, b.estimate) })
	line := chart.Line{Name: fmt.Sprintf("%s, k = %d%s", b.name, k, how)}
	fmt.Printf("| %s, by decile", line.Name)
	for i := range 10 {
		tenth := all[i*len(all)/10 : (i+1)*len(all)/10]
		e, r := means(tenth)
		line.XYs = append(line.XYs, plotter.XY{X: e, Y: r})
		fmt.Printf(" | %.1f %+.1f ± %.1f", e, e-r, sampling(tenth))
	}
	fmt.Println(" |")
	return line
}

// targets prints what stopping saves with the first index.
func (b *bench) targets(ctx context.Context, most int) {
	budgets := []int{25, 35, 50, 70, 100, 140, 200, 280, 400, 560, 800, 1100, 1500, 2000}
	budgets = slices.DeleteFunc(budgets, func(n int) bool { return n > most })
	recalls := map[int][]float64{} // by k, then by budget
	for _, budget := range budgets {
		rs, _ := b.search(ctx, b.indexes[0], workbench.SearchOptions{Budget: budget})
		for _, k := range ks {
			_, r := means(b.judge(rs, k))
			recalls[k] = append(recalls[k], r)
		}
	}
	for _, k := range ks {
		for _, target := range []float64{.8, .9, .95} {
			rs, calls := b.search(ctx, b.indexes[0], workbench.SearchOptions{K: k, Budget: most, Recall: target})
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
