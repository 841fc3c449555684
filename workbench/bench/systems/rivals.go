package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"axn/workbench"
	"axn/workbench/internal/topk"
	"axn/workbench/rivals"
)

// rivalBudgets are those of the table of rivals.
var rivalBudgets = []int{50, 100, 200, 500, 1000}

func printRivals(t *trial, all []*figures) {
	for k := 1; k < len(t.ks); k++ {
		fmt.Printf("| Top-%d-Recall | index calls |", t.ks[k])
		for _, b := range t.budgets {
			fmt.Printf(" B = %d |", b)
		}
		fmt.Printf(" all searches, s |\n|---|---|%s---|\n", strings.Repeat("---|", len(t.budgets)))
		for _, f := range all {
			fmt.Printf("| %s | %d |", f.system, f.indexCalls)
			for b := range t.budgets {
				mean, half := f.cell(b, k)
				fmt.Printf(" %.1f ± %.1f |", mean, half)
			}
			fmt.Printf(" %.1f |\n", f.seconds)
		}
		fmt.Println()
	}
}

// rivalContests are plain vectors with every rival, and, where there are views, vectors joined
// with them; the best of AXN's systems beside them.
func rivalContests(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, queries int) ([]contest, error) {
	plain := *d
	plain.Views, plain.Alone = nil, nil
	rnr := made(workbench.DualEncoder)
	none := []workbench.Sampling{}
	all := []workbench.System{{Name: "RnR_DE", Factorize: rnr, Samplings: none, Search: workbench.SearchOptions{Rounds: 1}}}
	fused, err := fusion(&plain)
	if err != nil {
		return nil, err
	}
	if fused != nil {
		all = append(all, workbench.System{Name: "RnR, ranks of DE and BM25 fused", Factorize: rnr, Samplings: none,
			Search: workbench.SearchOptions{Rounds: 1, First: fused}})
	}
	all = append(all, rivalSystems(ctx, &plain, s, queries)...)
	all = append(all, best(&plain, queries)...)
	contests := []contest{{&plain, append(all, calibrated("Calibrated", queries)...)}}
	if len(d.Views) > 0 {
		j := joined(d)
		views := append([]workbench.System{
			{Name: "GAR + views", Searcher: walking(graphOf(ctx, j), func(g *rivals.Graph) (*rivals.Rival, error) { return rivals.GAR(j, g), nil })},
			{Name: "Gaussian process + views", Searcher: rivals.Gaussian(j)}}, viewed(j, queries)...)
		contests = append(contests, contest{j, views}, contest{d, calibrated("Calibrated + views", queries)})
	}
	signals, err := withBM25(d)
	if err == nil && signals != nil {
		contests = append(contests, contest{signals, calibrated("Calibrated + views + BM25", queries)})
	}
	return contests, err
}

// graphOf makes a data set's graph at the first use.
func graphOf(ctx context.Context, d *workbench.Dataset) func() (*rivals.Graph, error) {
	return sync.OnceValues(func() (*rivals.Graph, error) { return rivals.NewGraph(ctx, d) })
}

// rivalSystems are the methods of package rivals: those that learn, from 100 entries of the dual
// encoder's top of each train query, or from 200 dense rows.
func rivalSystems(ctx context.Context, d *workbench.Dataset, s workbench.Scorer, queries int) []workbench.System {
	graph := graphOf(ctx, d)
	top := workbench.Sampling{Queries: queries, PerQuery: 100}
	dense := workbench.Sampling{Queries: min(200, queries), Dense: true}
	learnt := func(sm workbench.Sampling, make func(*workbench.Scores) (*rivals.Rival, error)) workbench.Searcher {
		return lazily(func() (*rivals.Rival, error) {
			scores, err := workbench.Observe(ctx, s, d, sm)
			if err != nil {
				return nil, err
			}
			return make(scores)
		})
	}
	return []workbench.System{
		{Name: "GAR", Searcher: walking(graph, func(g *rivals.Graph) (*rivals.Rival, error) { return rivals.GAR(d, g), nil })},
		{Name: "Quam", Spent: queries * top.PerQuery, Searcher: learnt(top, func(scores *workbench.Scores) (*rivals.Rival, error) {
			g, err := graph()
			if err != nil {
				return nil, err
			}
			a, err := rivals.LearnAffinity(d, scores)
			return rivals.Quam(d, g, a, scores.Calls), err
		})},
		{Name: "Bi-metric", Searcher: walking(graph, func(g *rivals.Graph) (*rivals.Rival, error) { return rivals.Bimetric(d, g), nil })},
		{Name: "Gaussian process", Searcher: rivals.Gaussian(d)},
		{Name: "ORE", Searcher: walking(graph, func(g *rivals.Graph) (*rivals.Rival, error) { return rivals.Online(d, g) })},
		{Name: "RBE", Spent: dense.Queries * len(d.Items), Searcher: learnt(dense, func(scores *workbench.Scores) (*rivals.Rival, error) {
			return rivals.Support(d, scores, 1)
		})},
	}
}

// lazily is a rival that is made at its first search.
func lazily(make func() (*rivals.Rival, error)) workbench.Searcher {
	return lazy(sync.OnceValues(make))
}

type lazy func() (*rivals.Rival, error)

func (l lazy) SearchAll(ctx context.Context, s workbench.Scorer, queries []int, o workbench.SearchOptions) ([]workbench.Result, error) {
	r, err := l()
	if err != nil {
		return nil, err
	}
	return r.SearchAll(ctx, s, queries, o)
}

// walking is a rival that needs a graph.
func walking(graph func() (*rivals.Graph, error), make func(*rivals.Graph) (*rivals.Rival, error)) workbench.Searcher {
	return lazily(func() (*rivals.Rival, error) {
		g, err := graph()
		if err != nil {
			return nil, err
		}
		return make(g)
	})
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
			for _, it := range topk.Select(dst, 2*rivalBudgets[len(rivalBudgets)-1], nil) {
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
