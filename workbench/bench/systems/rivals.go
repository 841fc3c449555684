package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"axn/workbench"
	"axn/workbench/internal/topk"
	"axn/workbench/rivals"
)

// budgets are those of the table of rivals.
var budgets = []int{50, 100, 200, 500, 1000}

// compareRivals prints Top-10- and Top-100-Recall of the methods of other papers beside
// Calibrated, with half the width of a 95 % interval over the queries.
func compareRivals(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, queries, test int) error {
	contests, err := rivalContests(ctx, d, s, queries)
	if err != nil {
		return err
	}
	ks := []int{10, 100}
	tables := make([]strings.Builder, len(ks))
	for _, c := range contests {
		rep, err := workbench.Experiment{Dataset: c.d, Scorer: s, Systems: c.systems, Budgets: budgets, TopK: ks, Queries: d.Test[:min(test, len(d.Test))]}.Run(ctx)
		if err != nil {
			return err
		}
		for ms := rep.Measures; len(ms) > 0; ms = ms[len(budgets)*len(ks):] {
			for i := range ks {
				row(&tables[i], ms[i:len(budgets)*len(ks)], len(ks))
			}
			fmt.Fprintln(os.Stderr, ms[0].System)
		}
	}
	for i, k := range ks {
		fmt.Printf("| Top-%d-Recall | index calls |", k)
		for _, b := range budgets {
			fmt.Printf(" B = %d |", b)
		}
		fmt.Printf(" all searches, s |\n|---|---|%s---|\n%s\n", strings.Repeat("---|", len(budgets)), tables[i].String())
	}
	return nil
}

// row writes a system's row of a table from every step-th measure.
func row(w *strings.Builder, ms []workbench.Measure, step int) {
	fmt.Fprintf(w, "| %s | %d |", ms[0].System, ms[0].IndexCalls)
	seconds := 0.0
	for i := 0; i < len(ms); i += step {
		fmt.Fprintf(w, " %.1f ± %.1f |", 100*ms[i].Recall, 50*(ms[i].High-ms[i].Low))
		seconds += ms[i].Seconds
	}
	fmt.Fprintf(w, " %.1f |\n", seconds)
}

// rivalContests are plain vectors with every rival, and, where there are views, vectors joined
// with them.
func rivalContests(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, queries int) ([]contest, error) {
	plain := *d
	plain.Views, plain.Alone = nil, nil
	rnr := made(workbench.DualEncoder)
	none := []workbench.Sampling{}
	systems := []workbench.System{{Name: "RnR_DE", Factorize: rnr, Samplings: none, Search: workbench.SearchOptions{Rounds: 1}}}
	fused, err := fusion(&plain)
	if err != nil {
		return nil, err
	}
	if fused != nil {
		systems = append(systems, workbench.System{Name: "RnR, ranks of DE and BM25 fused", Factorize: rnr, Samplings: none,
			Search: workbench.SearchOptions{Rounds: 1, First: fused}})
	}
	own, err := rivalSystems(ctx, &plain, s, queries)
	if err != nil {
		return nil, err
	}
	contests := []contest{{&plain, append(append(systems, own...), calibrated("Calibrated", queries)...)}}
	if len(d.Views) > 0 {
		j := joined(d)
		graph, err := rivals.NewGraph(ctx, j)
		if err != nil {
			return nil, err
		}
		views := []workbench.System{{Name: "GAR + views", Searcher: rivals.GAR(j, graph)}, {Name: "Gaussian process + views", Searcher: rivals.Gaussian(j)}}
		contests = append(contests, contest{j, views}, contest{d, calibrated("Calibrated + views", queries)})
	}
	if signals, err := withBM25(d); err == nil && signals != nil {
		contests = append(contests, contest{signals, calibrated("Calibrated + views + BM25", queries)})
	}
	return contests, nil
}

// rivalSystems are the methods of package rivals: those that learn, from 100 entries of the dual
// encoder's top of each train query, or from 200 dense rows.
func rivalSystems(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, queries int) ([]workbench.System, error) {
	graph, err := rivals.NewGraph(ctx, d)
	if err != nil {
		return nil, err
	}
	top, err := workbench.Observe(ctx, s, d, workbench.Sampling{Queries: queries, PerQuery: 100})
	if err != nil {
		return nil, err
	}
	dense, err := workbench.Observe(ctx, s, d, workbench.Sampling{Queries: min(200, queries), Dense: true})
	if err != nil {
		return nil, err
	}
	ore, err := rivals.Online(d, graph)
	if err != nil {
		return nil, err
	}
	rbe, err := rivals.Support(ctx, d, dense, 1)
	if err != nil {
		return nil, err
	}
	var systems []workbench.System
	for _, r := range []*rivals.Rival{rivals.GAR(d, graph), rivals.Quam(d, graph, rivals.LearnAffinity(d, top), top.Calls), rivals.Bimetric(d, graph), rivals.Gaussian(d), ore, rbe} {
		systems = append(systems, workbench.System{Name: r.Name, Searcher: r, Spent: r.Calls})
	}
	return systems, nil
}

// fusion starts from the ranks of the dual encoder and BM25 together; nil without texts.
func fusion(d *workbench.Dataset) (workbench.Initializer, error) {
	bm25, err := words(d)
	if bm25 == nil {
		return nil, err
	}
	dual := workbench.ByDualEncoder(d.DE)
	return workbench.InitializerFunc(func(query int, dst []float32) error {
		var runs [][]workbench.Result
		for _, by := range []workbench.Initializer{dual, bm25} {
			if err := by.Initialize(query, dst); err != nil {
				return err
			}
			run := workbench.Result{Query: query}
			for _, it := range topk.Select(dst, 2*budgets[len(budgets)-1], nil) {
				run.Items, run.Scores = append(run.Items, it), append(run.Scores, float64(dst[it]))
			}
			runs = append(runs, []workbench.Result{run})
		}
		both, err := workbench.FuseRanks(runs...)
		if err != nil {
			return err
		}
		return workbench.ByRun(both).Initialize(query, dst)
	}), nil
}

// words is BM25 over a data set with texts; nil without.
func words(d *workbench.Dataset) (workbench.Initializer, error) {
	if d.Queries[d.Test[0]].Text == "" {
		return nil, nil
	}
	return workbench.ByBM25(d)
}

// withBM25 is the data set with BM25 as a signal; nil without texts.
func withBM25(d *workbench.Dataset) (*workbench.Dataset, error) {
	bm25, err := words(d)
	if bm25 == nil {
		return nil, err
	}
	with := *d
	with.Signals = []workbench.Signal{{Name: "bm25", Scores: bm25}}
	return &with, nil
}
