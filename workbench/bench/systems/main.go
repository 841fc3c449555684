// Command systems compares every system of the AXN paper on a data set folder:
//
//	go run ./workbench/bench/systems [-queries 500] [-test 200] data/verbs
//
// It prints a table in Markdown: Top-k-Recall in percent for k = 1 / 10 / 100 at
// budgets of 100 and 500 calls, and the time of making the index and of searching
// at the larger budget.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"axn/workbench"
)

func main() {
	queries := flag.Int("queries", 500, "train queries to learn from, at most")
	test := flag.Int("test", 200, "test queries to search, at most")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("systems: name one data set folder")
	}
	if err := compare(context.Background(), flag.Arg(0), *queries, *test); err != nil {
		log.Fatal(err)
	}
}

func compare(ctx context.Context, dir string, queries, test int) error {
	d, err := workbench.OpenDataset(dir)
	if err != nil {
		return err
	}
	s, err := d.Scorer()
	if err != nil {
		return err
	}
	rep, err := workbench.Experiment{Dataset: d, Scorer: s, Systems: systems(d, min(queries, len(d.Train))),
		Budgets: []int{100, 500}, TopK: []int{1, 10, 100}, Queries: d.Test[:min(test, len(d.Test))]}.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Println("| system | index calls | B = 100 | B = 500 | index, s | search, s |\n|---|---|---|---|---|---|")
	for ms := rep.Measures; len(ms) > 0; ms = ms[6:] { // two budgets, three k
		fmt.Printf("| %s | %d | %s | %s | %.1f | %.1f |\n", ms[0].System, ms[0].IndexCalls,
			recalls(ms[:3]), recalls(ms[3:6]), ms[3].FactorizeSeconds, ms[3].Seconds)
	}
	return nil
}

func recalls(ms []workbench.Measure) string {
	return fmt.Sprintf("%.1f / %.1f / %.1f", 100*ms[0].Recall, 100*ms[1].Recall, 100*ms[2].Recall)
}

// systems are the paper's: matrix factorization learns from the dual encoder's top
// 100 of each train query, CUR from dense rows. BM25 takes part where the data set
// has texts.
func systems(d *workbench.Dataset, queries int) []workbench.System {
	top := []workbench.Sampling{{Queries: queries, PerQuery: 100}}
	dense := []workbench.Sampling{{Queries: queries, Dense: true}}
	rerank, de := workbench.SearchOptions{Rounds: 1}, workbench.ByDualEncoder(d.DE)
	all := []workbench.System{{Name: "RnR_DE", Factorize: made(workbench.DualEncoder), Samplings: []workbench.Sampling{}, Search: rerank}}
	if bm25, err := workbench.ByBM25(d); err == nil && d.Queries[d.Test[0]].Text != "" {
		all = append(all,
			workbench.System{Name: "RnR_BM25", Factorize: made(workbench.DualEncoder), Samplings: []workbench.Sampling{}, Search: workbench.SearchOptions{Rounds: 1, First: bm25}},
			workbench.System{Name: "AXN_DE,BM25, λ 0.8", Factorize: made(workbench.DualEncoder), Samplings: top, Search: workbench.SearchOptions{Lambda: 0.8, First: bm25}})
	}
	for _, x := range []struct {
		name   string
		method workbench.Method
	}{{"DE", workbench.DualEncoder}, {"DSTL", workbench.Distilled}, {"MF_Trns", workbench.Transductive}, {"MF_Ind", workbench.Inductive}} {
		if x.method != workbench.DualEncoder {
			all = append(all, workbench.System{Name: "RnR_" + x.name, Factorize: made(x.method), Samplings: top, Search: rerank})
		}
		for _, lambda := range []float64{0, 0.8} {
			all = append(all, workbench.System{Name: fmt.Sprintf("AXN_%s,DE, λ %v", x.name, lambda), Factorize: made(x.method), Samplings: top,
				Search: workbench.SearchOptions{Lambda: lambda, First: de}})
		}
	}
	for _, share := range []float64{0.1, 0.3, 0.5} {
		all = append(all, workbench.System{Name: fmt.Sprintf("ANNCUR, %.0f %% anchors", 100*share), Factorize: made(workbench.ANNCUR), Samplings: dense,
			Search: workbench.SearchOptions{FirstShare: share}})
	}
	return append(all,
		workbench.System{Name: "ADACUR_DE", Factorize: made(workbench.ADACUR), Samplings: dense},
		workbench.System{Name: "ADACUR_random", Factorize: made(workbench.ADACUR), Samplings: dense, Search: workbench.SearchOptions{First: workbench.ByChance(1)}})
}

func made(m workbench.Method) workbench.FactorizeOptions {
	return workbench.FactorizeOptions{Method: m}
}
