// Command systems compares every system of the AXN paper, and Calibrated, on a data
// set folder, with its item views and without:
//
//	go run ./workbench/bench/systems [-queries 500] [-test 200] data/verbs
//	go run ./workbench/bench/systems -rivals data/verbs
//
// The second compares methods of other papers than AXN's, at budgets of 50 to 1,000.
// It prints a table in Markdown: Top-k-Recall in percent for k = 1 / 10 / 100 at
// budgets of 100 and 500 calls, and the time of making the index and of searching
// at the larger budget.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"slices"

	"axn/workbench"
)

func main() {
	queries := flag.Int("queries", 500, "train queries to learn from, at most")
	test := flag.Int("test", 200, "test queries to search, at most")
	others := flag.Bool("rivals", false, "compare methods of other papers")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("systems: name one data set folder")
	}
	if err := compare(context.Background(), flag.Arg(0), *queries, *test, *others); err != nil {
		log.Fatal(err)
	}
}

func compare(ctx context.Context, dir string, queries, test int, others bool) error {
	d, err := workbench.OpenDataset(dir)
	if err != nil {
		return err
	}
	s, err := d.Scorer()
	if err != nil {
		return err
	}
	if others {
		return compareRivals(ctx, d, s, min(queries, len(d.Train)), test)
	}
	plain := *d
	plain.Views, plain.Alone = nil, nil
	queries = min(queries, len(d.Train))
	contests := []contest{{&plain, append(systems(&plain, queries), calibrated("Calibrated", queries)...)}}
	if len(d.Views) > 0 {
		contests = append(contests, contest{joined(d), viewed(joined(d), queries)}, contest{d, calibrated("Calibrated + views", queries)})
	}
	fmt.Println("| system | index calls | B = 100 | B = 500 | index, s | search, s |\n|---|---|---|---|---|---|")
	for _, c := range contests {
		rep, err := workbench.Experiment{Dataset: c.d, Scorer: s, Systems: c.systems,
			Budgets: []int{100, 500}, TopK: []int{1, 10, 100}, Queries: d.Test[:min(test, len(d.Test))]}.Run(ctx)
		if err != nil {
			return err
		}
		for ms := rep.Measures; len(ms) > 0; ms = ms[6:] { // two budgets, three k
			fmt.Printf("| %s | %d | %s | %s | %.1f | %.1f |\n", ms[0].System, ms[0].IndexCalls,
				recalls(ms[:3]), recalls(ms[3:6]), ms[3].FactorizeSeconds, ms[3].Seconds)
		}
	}
	return nil
}

// contest is systems over the same vectors and views.
type contest struct {
	d       *workbench.Dataset
	systems []workbench.System
}

// joined returns the data set with its views in the vectors, for systems that know
// of vectors only: the items' are (v_i, views_i), views scaled to the vectors' size,
// the queries' (x_q, 0), so that the dual encoder's scores are what they were.
func joined(d *workbench.Dataset) *workbench.Dataset {
	j := *d
	j.Views, j.Alone, j.DE = nil, nil, d.DE
	for _, v := range d.Views {
		scale := float32(math.Sqrt(squares(d.DE.Items) / max(squares(v.Items), math.SmallestNonzeroFloat32)))
		j.DE.Items = beside(j.DE.Items, v.Items, scale)
		j.DE.Queries = beside(j.DE.Queries, workbench.NewMatrix(len(d.Queries), v.Items.Cols), 1)
	}
	return &j
}

func squares(m *workbench.Matrix) (sum float64) {
	for _, v := range m.Data {
		sum += float64(v) * float64(v)
	}
	return sum
}

// beside returns the rows (a_i, scale·b_i).
func beside(a, b *workbench.Matrix, scale float32) *workbench.Matrix {
	m := workbench.NewMatrix(a.Rows, a.Cols+b.Cols)
	for i := range m.Rows {
		row := append(m.Row(i)[:0], a.Row(i)...)
		for _, v := range b.Row(i) {
			row = append(row, scale*v)
		}
	}
	return m
}

// viewed are the paper's best systems over joined vectors.
func viewed(d *workbench.Dataset, queries int) []workbench.System {
	all := systems(d, queries)
	keep := []string{"AXN_DE,DE, λ 0", "AXN_DE,DE, λ 0.8", "AXN_MF_Trns,DE, λ 0.8", "AXN_MF_Ind,DE, λ 0.8"}
	all = slices.DeleteFunc(all, func(s workbench.System) bool { return !slices.Contains(keep, s.Name) })
	for i := range all {
		all[i].Name += " + views"
	}
	return all
}

// calibrated is Calibrated without a call and from 100 random entries of each train query.
func calibrated(name string, queries int) []workbench.System {
	return []workbench.System{{Name: name + ", no calls", Samplings: []workbench.Sampling{}},
		{Name: name, Samplings: []workbench.Sampling{{Queries: queries, Random: 100, Seed: 1}}}}
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
