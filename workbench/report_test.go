package workbench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func TestResultFrames(t *testing.T) {
	d, g := toy(41, 20, 60, 6)
	ix := toyIndex(t, d, g, DualEncoder)
	r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 15, SearchOptions{Budget: 20, Rounds: 4, K: 7}))
	df := d.Describe(r.Frame())
	if df.Err != nil || df.Nrow() != 7 || !slices.Equal(df.Names(), []string{"query", "query_id", "rank", "item", "item_id", "round", "score", "lemmas"}) {
		t.Fatalf("%v", df)
	}
	items, _ := df.Col("item").Int()
	rounds, _ := df.Col("round").Int()
	for i := range items {
		if !slices.Contains(r.Rounds[rounds[i]-1].Items, items[i]) || df.Col("lemmas").Elem(i).String() != d.Items[items[i]].Lemmas ||
			df.Col("query_id").Elem(i).String() != "q15" || df.Col("item_id").Elem(i).String() != d.Items[items[i]].ID {
			t.Errorf("row %d: %v", i, df.Subset(i))
		}
	}
	d.Items[r.Items[0]].Text = d.Items[r.Items[0]].Lemmas + ": a thing"
	if text := d.Describe(r.Frame()).Col("text"); text.Err != nil || text.Elem(0).String() != "a thing" {
		t.Errorf("texts %v", text)
	}
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, []int{15}, 10))[0]
	trace := r.Trace(exact)
	found, _ := trace.Col("found").Int()
	fresh, _ := trace.Col("new").Int()
	if trace.Nrow() != 4 || found[3] != r.hits(exact.Items) || fresh[0]+fresh[1]+fresh[2]+fresh[3] != found[3] {
		t.Errorf("trace %v", trace)
	}
	if best := trace.Col("best").Float(); best[3] != r.Scores[0] {
		t.Errorf("best %v, highest score %v", best, r.Scores[0])
	}
	for what, n := range map[string]Neighbors{"there are no exact neighbours": {Query: 15}, "the exact neighbours of query 3": {Query: 3, Items: exact.Items, Scores: exact.Scores}} {
		if df := r.Trace(n); df.Err == nil || !strings.Contains(df.Err.Error(), what) {
			t.Errorf("trace: error %v, want one with %q", df.Err, what)
		}
	}
	for row := range d.Items {
		d.Items[row].ID = fmt.Sprint(row)
	}
	if df := d.Describe(exact.Frame()); !slices.Equal(df.Names(), []string{"query", "query_id", "rank", "item", "score", "lemmas", "text"}) {
		t.Errorf("ids that are the row numbers: columns %v", df.Names())
	}
	if df := d.Describe(trace); df.Err == nil {
		t.Error("a table without items was described")
	}
}

// toyReport compares retrieve-and-rerank with AXN.
func toyReport(t *testing.T) *Report {
	d, g := toy(42, 40, 100, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	return must[*Report](t)(Experiment{Dataset: d, Scorer: LookUp(g),
		Systems: []System{{Name: "retrieve and rerank", Index: ix, Search: SearchOptions{Rounds: 1}}, {Name: "AXN", Index: ix}},
		Budgets: []int{10, 20, 40}, TopK: []int{1, 10}}.Run(t.Context()))
}

func TestReport(t *testing.T) {
	rep := toyReport(t)
	df, table := rep.Frame(), rep.Table()
	if df.Err != nil || df.Nrow() != 12 || table.Err != nil || table.Nrow() != 2 || table.Ncol() != 8 {
		t.Fatalf("%v\n%v", df, table)
	}
	for _, m := range rep.Measures {
		if m.Calls != float64(m.Budget) || m.IndexCalls != 1200 || m.Recall < 0 || m.Recall > 1 || len(m.PerQuery) != 20 {
			t.Errorf("%+v", m)
		}
		if m.System == "AXN" && m.Rounds != 5 {
			t.Errorf("%d rounds", m.Rounds)
		}
	}
	if recall := rep.Measures[5].Recall; table.Col("B40_k10").Float()[0] != float64(int(1000*recall+.5))/10 {
		t.Errorf("table %v, recall %v", table, recall)
	}
}

func TestExperimentRefuses(t *testing.T) {
	d, g := toy(43, 10, 30, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	for want, e := range map[string]Experiment{
		"needs a Dataset":                       {Scorer: LookUp(g)},
		"Systems has 0":                         {Dataset: d, Scorer: LookUp(g), Budgets: []int{1}, TopK: []int{1}},
		`are named "x"`:                         {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x"}, {Name: "x"}}, Budgets: []int{1}, TopK: []int{1}},
		`baseline "y" is none`:                  {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x"}}, Budgets: []int{1}, TopK: []int{1}, Baseline: "y"},
		"x: workbench: factorize: adacur needs": {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Factorize: FactorizeOptions{Method: ADACUR}}}, Budgets: []int{1}, TopK: []int{1}},
		"k is -1":                               {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{1}, TopK: []int{-1}},
		"leave Search.Recall 0":                 {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Search: SearchOptions{Recall: .9}}}, Budgets: []int{1}, TopK: []int{1}},
		"there are no queries":                  {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{1}, TopK: []int{1}, Queries: []int{}},
		"results are not of the 5 queries":      {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Searcher: inOrder(slices.Backward[[]int])}}, Budgets: []int{1}, TopK: []int{1}},
		"the 0 results are not":                 {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Searcher: inOrder(func([]int) iter.Seq2[int, int] { return func(func(int, int) bool) {} })}}, Budgets: []int{1}, TopK: []int{1}},
		"budget 0: the budget must":             {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{0}, TopK: []int{1}},
	} {
		if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// inOrder is a Searcher that finds nothing, and answers in another order.
type inOrder func(queries []int) iter.Seq2[int, int]

func (f inOrder) SearchAll(_ context.Context, _ Scorer, queries []int, _ SearchOptions) (rs []Result, err error) {
	for _, q := range f(queries) {
		rs = append(rs, Result{Query: q})
	}
	return rs, nil
}

// TestTableOfPart: a figure that was not measured is not 0.
func TestTableOfPart(t *testing.T) {
	r := &Report{Measures: []Measure{{System: "a", Budget: 10, K: 1, Recall: .5}, {System: "b", Budget: 20, K: 1, Recall: .25}}}
	if v := r.Table().Col("B10_k1").Float(); v[0] != 50 || !math.IsNaN(v[1]) {
		t.Errorf("%v", v)
	}
}

// TestHitsCountOnce: an item that a method names twice is found once.
func TestHitsCountOnce(t *testing.T) {
	r := Result{Rounds: []Round{{Items: []int{3, 3}}, {Items: []int{3, 5}}}}
	if got := must[float64](t)(RecallOf([]Result{r}, []Neighbors{{Items: []int{3, 4}}}, 2)); got != .5 {
		t.Errorf("recall %v, want 0.5", got)
	}
}

// TestTraceWithoutScores: a round that found nothing, as of a fused run that is empty, has no best.
func TestTraceWithoutScores(t *testing.T) {
	fused := must[[]Result](t)(FuseRanks([]Result{{Query: 1}}))
	if best := fused[0].Trace(Neighbors{Query: 1, Items: []int{0}}).Col("best").Float(); len(best) != 1 || !math.IsNaN(best[0]) {
		t.Errorf("best %v", best)
	}
	r := Result{Rounds: []Round{{}, {Items: []int{2}, Scores: []float64{-1}}, {}}}
	if best := r.Trace(Neighbors{Items: []int{2}}).Col("best").Float(); !math.IsNaN(best[0]) || best[1] != -1 || best[2] != -1 {
		t.Errorf("best %v", best)
	}
}

// costReport varies index cost, seeds and systems.
func costReport(t *testing.T) *Report {
	d, g := toy(47, 60, 100, 8)
	return must[*Report](t)(Experiment{Dataset: d, Scorer: spyTwice(g), Baseline: "dual encoder",
		Systems: []System{
			{Name: "dual encoder", Index: toyIndex(t, d, g, DualEncoder), Search: SearchOptions{Rounds: 1}},
			{Name: "MF_Trns", Factorize: FactorizeOptions{Method: Transductive}},
			{Name: "ADACUR", Factorize: FactorizeOptions{Method: ADACUR}, Samplings: []Sampling{{Queries: 10, Dense: true}}},
		},
		Samplings: []Sampling{{Random: 5}, {Queries: 20, Random: 40}}, Seeds: []int64{1, 2, 3},
		Budgets: []int{20, 60}, TopK: []int{10}}.Run(t.Context()))
}

// spyTwice refuses a batch of pairs that was asked for before, searches' and the
// exact neighbours' apart: scores for one sampling and seed are observed once.
func spyTwice(g *Matrix) Scorer {
	seen := map[string]bool{}
	return ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
		if key := fmt.Sprint(pairs); pairs[0].Query < 30 && seen[key] {
			return nil, errors.New("observed twice")
		} else {
			seen[key] = true
		}
		return LookUp(g).Score(ctx, pairs)
	})
}

func TestExperimentVariesTheIndexCost(t *testing.T) {
	rep := costReport(t)
	var got []string
	for _, m := range rep.Measures {
		got = append(got, fmt.Sprintf("%s %d B%d", m.System, m.IndexCalls, m.Budget))
		if len(m.PerQuery) != 30 || m.Recall < m.Low || m.Recall > m.High || m.Gain < m.GainLow || m.Gain > m.GainHigh || m.IndexBytes == 0 {
			t.Errorf("%+v", m)
		}
		if m.System == "dual encoder" && (m.Gain != 0 || m.P != 1 || m.SeedSD != 0) {
			t.Errorf("the baseline gains %v, p %v, over itself", m.Gain, m.P)
		}
		if m.System == "MF_Trns" && m.SeedSD == 0 {
			t.Errorf("three draws of entries give the same recall: %+v", m)
		}
		base := rep.counterpart(&m)
		if want := m.Recall - base.Recall; math.Abs(m.Gain-want) > 1e-12 || (math.Abs(m.Gain) > 0.2 && m.P > 0.01) {
			t.Errorf("%s: gain %v, want %v; p %v", m.System, m.Gain, want, m.P)
		}
	}
	want := []string{"dual encoder 1800 B20", "dual encoder 1800 B60", "MF_Trns 150 B20", "MF_Trns 150 B60",
		"MF_Trns 800 B20", "MF_Trns 800 B60", "ADACUR 1000 B20", "ADACUR 1000 B60"}
	if !slices.Equal(got, want) {
		t.Errorf("measures %q, want %q", got, want)
	}
	if table := rep.Table(10); table.Ncol() != 4 || rep.Table().Ncol() != 4 || rep.Table(3).Nrow() != 0 {
		t.Errorf("of one k: %v", table)
	}
	if table := rep.Table(); table.Nrow() != 4 || table.Err != nil {
		t.Errorf("%v", table)
	}
}

// TestReportKeepsSamplingsOfOneCostApart draws 100 entries in two ways.
func TestReportKeepsSamplingsOfOneCostApart(t *testing.T) {
	d, g := toy(47, 60, 100, 8)
	rep := must[*Report](t)(Experiment{Dataset: d, Scorer: LookUp(g), Budgets: []int{20, 60}, TopK: []int{10},
		Systems:   []System{{Name: "MF_Trns", Factorize: FactorizeOptions{Method: Transductive}}},
		Samplings: []Sampling{{Queries: 10, Random: 10}, {Queries: 20, Random: 5}, {Random: 5}}}.Run(t.Context()))
	want := []string{"MF_Trns, 10 queries × (10 random items)", "MF_Trns, 20 queries × (5 random items)", "MF_Trns"}
	if got := rep.Table().Col("system").Records(); !slices.Equal(got, want) {
		t.Errorf("the table has %q", got)
	}
	curves := rep.lines(func(*Measure) bool { return true }, rep.costName, func(m *Measure) float64 { return float64(m.Budget) })
	if len(curves) != 3 || curves[0].Name != want[0] || curves[2].Name != "MF_Trns, 150" || len(curves[1].XYs) != 2 {
		t.Errorf("the plot has %v", curves)
	}
}

func TestPlotsOfCost(t *testing.T) {
	rep := costReport(t)
	index, err1 := rep.PlotIndexCalls(10, 60)
	pareto, err2 := rep.PlotPareto(10, 1000)
	recall, err3 := rep.PlotRecall(10)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		p     *plot.Plot
		texts []string
	}{
		"index":  {index, []string{"dual encoder", "MF_Trns", "ADACUR", "spent on the index", "at B = 60", "100", "500"}},
		"pareto": {pareto, []string{"dual encoder", "MF_Trns, 800", "index and 1000 queries", "20k", "50k"}},
		"recall": {recall, []string{"MF_Trns, 150", "MF_Trns, 800", "ADACUR"}},
	} {
		var svg bytes.Buffer
		must[int64](t)(must[io.WriterTo](t)(c.p.WriterTo(16*vg.Centimeter, 10*vg.Centimeter, "svg")).WriteTo(&svg))
		for _, text := range c.texts {
			if !strings.Contains(svg.String(), text) {
				t.Errorf("%s: the plot lacks %q", name, text)
			}
		}
	}
	for _, err := range []error{second(rep.PlotIndexCalls(10, 61)), second(rep.PlotPareto(10, 0)), second(rep.PlotPareto(3, 10))} {
		if err == nil {
			t.Error("what was not measured was drawn")
		}
	}
}

func second[T any](_ T, err error) error { return err }

// The plot is drawn, small, and names every system; another k is refused.
func TestPlotRecall(t *testing.T) {
	rep := toyReport(t)
	p, err := rep.PlotRecall(10)
	if err != nil {
		t.Fatal(err)
	}
	w, err := p.WriterTo(16*vg.Centimeter, 10*vg.Centimeter, "svg")
	if err != nil {
		t.Fatal(err)
	}
	var svg bytes.Buffer
	w.WriteTo(&svg)
	for _, text := range []string{"AXN", "retrieve and rerank", "recall, %", "Top-10 recall on toy"} {
		if !strings.Contains(svg.String(), text) {
			t.Errorf("the plot lacks %q", text)
		}
	}
	if svg.Len() > 100_000 {
		t.Errorf("%d bytes", svg.Len())
	}
	if _, err := rep.PlotRecall(3); err == nil {
		t.Error("k = 3 was not measured")
	}
}
