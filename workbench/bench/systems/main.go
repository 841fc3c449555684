// Command systems compares every system of the AXN paper, and Calibrated, on a data
// set folder, with its item views and without:
//
//	go run ./workbench/bench/systems [-queries 500] [-test 200] [-pieces FILE -for 4m] data/verbs
//	go run ./workbench/bench/systems -rivals data/verbs
//
// It prints a table in Markdown: Top-k-Recall in percent for k = 1 / 10 / 100 at
// budgets of 100 and 500 calls, and the time of making the index and of searching
// at both. The second compares methods of other papers than AXN's, and the best of
// AXN's, at budgets of 50 to 1,000: Top-10- and Top-100-Recall with half the width of a
// 95 % interval. With -pieces what is measured is kept in FILE, so that the command can be ended,
// by itself after the time of -for, and goes on where it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"regexp"
	"slices"
	"time"

	"axn/workbench"
)

func main() {
	queries := flag.Int("queries", 500, "train queries to learn from, at most")
	test := flag.Int("test", 200, "test queries to search, at most")
	others := flag.Bool("rivals", false, "compare methods of other papers")
	pieces := flag.String("pieces", "", "file that keeps what is measured")
	only := flag.String("only", "", "measure the systems alone whose names this regular expression fits")
	most := flag.Duration("for", 0, "begin no piece after this time; 0 measures all")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("systems: name one data set folder")
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		log.Fatal("systems: -only: ", err)
	}
	known, err := openLedger(*pieces, *most)
	if err == nil {
		err = compare(context.Background(), known, wanted, flag.Arg(0), *queries, *test, *others)
	}
	if err != nil {
		log.Fatal("systems: ", err)
	}
}

func compare(ctx context.Context, known *ledger, wanted *regexp.Regexp, dir string, queries, test int, others bool) error {
	d, err := open(dir)
	if err != nil {
		return err
	}
	s, err := d.Scorer()
	if err != nil {
		return err
	}
	t := &trial{scorer: s, train: min(queries, len(d.Train)), budgets: []int{100, 500}, ks: []int{1, 10, 100}}
	contests, print := papersContests(d, t.train), printPapers
	if others {
		t.budgets = rivalBudgets
		print = printRivals
		if contests, err = rivalContests(ctx, d, s, t.train); err != nil {
			return err
		}
	}
	if t.exact, err = workbench.Exact(ctx, s, d, d.Test[:min(test, len(d.Test))], slices.Max(t.ks)); err != nil {
		return err
	}
	var all []*figures
	for _, c := range contests {
		for _, sys := range c.systems {
			if !wanted.MatchString(sys.Name) {
				continue
			}
			start := time.Now()
			f, err := known.measure(ctx, t, c.d, sys)
			if err != nil {
				return fmt.Errorf("%s: %w", sys.Name, err)
			}
			fmt.Fprintf(os.Stderr, "%s: %.0f s\n", sys.Name, time.Since(start).Seconds())
			all = append(all, f)
		}
	}
	print(t, all)
	return nil
}

// open opens a data set with its texts, where it has them or an installed WordNet does.
func open(dir string) (*workbench.Dataset, error) {
	d, err := workbench.OpenDataset(dir)
	if err != nil || d.Items[0].Text != "" {
		return d, err
	}
	if wordnet, err := workbench.OpenWordNet(""); err == nil {
		return d, wordnet.FillTexts(d)
	}
	return d, nil
}

// papersContests are the paper's systems, and Calibrated, with views and without.
func papersContests(d *workbench.Dataset, queries int) []contest {
	plain := *d
	plain.Views, plain.Alone = nil, nil
	contests := []contest{{&plain, append(systems(&plain, queries), calibrated("Calibrated", queries)...)}}
	if len(d.Views) > 0 {
		j := joined(d)
		contests = append(contests, contest{j, viewed(j, queries)}, contest{d, calibrated("Calibrated + views", queries)})
	}
	return contests
}

func printPapers(t *trial, all []*figures) {
	fmt.Println("| system | index calls | B = 100 | B = 500 | index, s | search, s |\n|---|---|---|---|---|---|")
	for _, f := range all {
		fmt.Printf("| %s | %d |", f.system, f.indexCalls)
		for b := range t.budgets {
			for k := range t.ks {
				mean, _ := f.cell(b, k)
				fmt.Printf(" %s%.1f", []string{"", "/ "}[min(k, 1)], mean)
			}
			fmt.Print(" |")
		}
		fmt.Printf(" %.1f | %.1f |\n", f.indexSeconds, f.seconds)
	}
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

// best are the paper's best systems.
func best(d *workbench.Dataset, queries int) []workbench.System {
	keep := []string{"AXN_DE,DE, λ 0", "AXN_DE,DE, λ 0.8", "AXN_MF_Trns,DE, λ 0.8", "AXN_MF_Ind,DE, λ 0.8"}
	return slices.DeleteFunc(systems(d, queries), func(s workbench.System) bool { return !slices.Contains(keep, s.Name) })
}

// viewed are they over joined vectors.
func viewed(d *workbench.Dataset, queries int) []workbench.System {
	all := best(d, queries)
	for i := range all {
		all[i].Name += " + views"
	}
	return all
}

// calibrated is Calibrated without a call, from 10,000 and from 50,000 random entries.
func calibrated(name string, queries int) []workbench.System {
	all := []workbench.System{{Name: name + ", no calls", Samplings: []workbench.Sampling{}}}
	for _, calls := range []int{10000, 50000} {
		all = append(all, workbench.System{Name: fmt.Sprintf("%s, %d calls", name, calls),
			Samplings: []workbench.Sampling{{Queries: queries, Random: calls / queries, Seed: 1}}})
	}
	return all
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
