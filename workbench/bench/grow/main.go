// Command grow measures what indexes of Calibrated are worth whose corpus grew after the fit:
//
//	go run ./workbench/bench/grow [-rows 500] [-queries 200] [-test] data/verbs
//
// It holds out 10 % of the items, drawn by chance, and prints a table in Markdown: the share of
// the held out items among the true top k that a search scored, by an index fitted with them, by
// one that had them added by vectors and views, by vectors alone, and by one that learnt from
// what searches of further train queries paid for. Queries are train rows beyond -rows unless -test;
// -plain leaves the data set's views out.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"

	"axn/workbench"
)

func main() {
	rows := flag.Int("rows", 500, "train queries to learn from, at most half of them")
	plain := flag.Bool("plain", false, "without views")
	queries := flag.Int("queries", 200, "queries to search, at most")
	test := flag.Bool("test", false, "search test queries instead of train queries")
	seed := flag.Int64("seed", 1, "draws items and entries")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("grow: name one data set folder")
	}
	d, err := workbench.OpenDataset(flag.Arg(0))
	workbench.Must(err)
	if *plain {
		d.Views, d.Alone = nil, nil
	}
	g, err := workbench.OpenMatrix(flag.Arg(0) + "/ce_scores.npy")
	workbench.Must(err)
	b := &bench{rows: min(*rows, len(d.Train)/2), seed: *seed}
	b.prepare(d, g)
	b.paying = b.all.Train[b.rows:]
	if b.asked = b.all.Test; !*test {
		half := len(b.paying) / 2
		b.asked, b.paying = b.paying[:half], b.paying[half:]
	}
	b.asked, b.paying = b.asked[:min(*queries, len(b.asked))], b.paying[:min(200, len(b.paying))]
	b.run(context.Background())
}

// bench is a data set whose last items are those held out.
type bench struct {
	rows     int
	seed     int64
	all, cut *workbench.Dataset
	scorer   workbench.Scorer
	asked    []int
	paying   []int // further queries, whose searches the index learns from
	exact    []workbench.Neighbors
}

// prepare puts a tenth of the items, drawn by chance, last.
func (b *bench) prepare(d *workbench.Dataset, g *workbench.Matrix) {
	order := rand.New(rand.NewPCG(uint64(b.seed), 7)).Perm(len(d.Items))
	scores := workbench.NewMatrix(g.Rows, g.Cols)
	for q := range g.Rows {
		for to, from := range order {
			scores.Row(q)[to] = g.Row(q)[from]
		}
	}
	b.scorer = workbench.LookUp(scores)
	b.all = reordered(d, order)
	b.cut = reordered(d, order[:len(order)*9/10])
}

// reordered is the data set with the items that order names.
func reordered(d *workbench.Dataset, order []int) *workbench.Dataset {
	r := *d
	r.Items, r.Qrels, r.Queries = nil, nil, append([]workbench.Query(nil), d.Queries...)
	for q := range r.Queries {
		r.Queries[q].Gold = -1
	}
	for _, it := range order {
		r.Items = append(r.Items, d.Items[it])
	}
	r.DE.Items, r.Views = d.DE.Items.Select(order), nil
	for _, v := range d.Views {
		v.Items = v.Items.Select(order)
		r.Views = append(r.Views, v)
	}
	if d.Alone != nil {
		r.Alone = d.Alone.Select(order)
	}
	return &r
}

// last returns the rows of m from n on.
func last(m *workbench.Matrix, n int) *workbench.Matrix {
	return &workbench.Matrix{Rows: m.Rows - n, Cols: m.Cols, Data: m.Data[n*m.Cols:]}
}

func (b *bench) run(ctx context.Context) {
	var err error
	b.exact, err = workbench.Exact(ctx, b.scorer, b.all, b.asked, 100)
	workbench.Must(err)
	fmt.Println("| entries | index | new items, B = 100 | new items, B = 500 | all items, B = 100 | all items, B = 500 |\n|---|---|---|---|---|---|")
	for _, entries := range []int{0, 10000, 50000, -1} {
		b.compare(ctx, entries)
	}
}

// compare prints the rows of one sampling; entries -1 is 100 dense rows.
func (b *bench) compare(ctx context.Context, entries int) {
	name := fmt.Sprint(entries)
	if entries < 0 {
		name = "100 dense rows"
	}
	b.report(ctx, name, "fitted with them", b.fit(ctx, b.all, b.all, entries))
	ix, n := b.fit(ctx, b.cut, b.all, entries), len(b.cut.Items)
	var views []*workbench.Matrix
	for _, v := range b.all.Views {
		views = append(views, last(v.Items, n))
	}
	if b.all.Alone != nil {
		views = append(views, last(b.all.Alone, n))
	}
	workbench.Must(ix.Add(last(b.all.DE.Items, n), views...))
	b.report(ctx, name, "added", ix)
	if entries > 0 {
		paid, err := ix.SearchAll(ctx, workbench.ScorerFunc(b.scorer.Score), b.paying, workbench.SearchOptions{Budget: 100})
		workbench.Must(err)
		workbench.Must(ix.Update(workbench.Paid(paid, len(b.all.Items))))
		b.report(ctx, name, fmt.Sprintf("added, then updated by %d searches at B = 100", len(paid)), ix)
	}
	if len(views) > 0 {
		ix := b.fit(ctx, b.cut, b.all, entries)
		workbench.Must(ix.Add(last(b.all.DE.Items, n)))
		b.report(ctx, name, "added without views", ix)
	}
}

// fit makes an index of entries of d's items.
func (b *bench) fit(ctx context.Context, d, all *workbench.Dataset, entries int) *workbench.Index {
	g := &workbench.Scores{Items: len(d.Items)}
	if entries != 0 {
		sm := workbench.Sampling{Queries: b.rows, Random: entries / b.rows, Seed: b.seed}
		if entries < 0 {
			sm = workbench.Sampling{Queries: 100, Dense: true}
		}
		var err error
		g, err = workbench.Observe(ctx, workbench.ScorerFunc(b.scorer.Score), d, sm)
		workbench.Must(err)
		g.Fingerprint = ""
	}
	ix, err := workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{})
	workbench.Must(err)
	return ix
}

// report prints recall of the items held out and of all, at k = 10 / 100.
func (b *bench) report(ctx context.Context, entries, index string, ix *workbench.Index) {
	fmt.Printf("| %s | %s |", entries, index)
	var cells [2][2]string
	for i, budget := range []int{100, 500} {
		rs, err := ix.SearchAll(ctx, workbench.ScorerFunc(b.scorer.Score), b.asked, workbench.SearchOptions{Budget: budget})
		workbench.Must(err)
		for j, from := range []int{len(b.cut.Items), 0} {
			cells[j][i] = fmt.Sprintf(" %.1f / %.1f |", b.recall(rs, 10, from), b.recall(rs, 100, from))
		}
	}
	fmt.Println(cells[0][0] + cells[0][1] + cells[1][0] + cells[1][1])
}

// recall is the percentage of the true top k, items from number from on, that were scored.
func (b *bench) recall(rs []workbench.Result, k, from int) float64 {
	hits, all := 0, 0
	for i, r := range rs {
		scored := map[int]bool{}
		for _, round := range r.Rounds {
			for _, it := range round.Items {
				scored[it] = true
			}
		}
		for _, it := range b.exact[i].Items[:k] {
			if it >= from {
				all++
				if scored[it] {
					hits++
				}
			}
		}
	}
	return 100 * float64(hits) / float64(all)
}
