package workbench

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestResultFrames(t *testing.T) {
	d, g := toy(41, 20, 60, 6)
	ix := toyIndex(t, d, g, DualEncoder)
	r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 15, SearchOptions{Budget: 20, Rounds: 4, K: 7}))
	df := d.Describe(r.Frame())
	if df.Err != nil || df.Nrow() != 7 || !slices.Equal(df.Names(), []string{"query", "rank", "item", "round", "score", "lemmas"}) {
		t.Fatalf("%v", df)
	}
	items, _ := df.Col("item").Int()
	rounds, _ := df.Col("round").Int()
	for i := range items {
		if !slices.Contains(r.Rounds[rounds[i]-1].Items, items[i]) || df.Col("lemmas").Elem(i).String() != d.Items[items[i]].Lemmas {
			t.Errorf("row %d: %v", i, df.Subset(i))
		}
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
	if df.Err != nil || df.Nrow() != 12 || table.Err != nil || table.Nrow() != 2 || table.Ncol() != 7 {
		t.Fatalf("%v\n%v", df, table)
	}
	for _, m := range rep.Measures {
		if m.Calls != float64(m.Budget) || m.IndexCalls != 600 || m.Recall < 0 || m.Recall > 1 || len(m.PerQuery) != 20 {
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
		"needs a Dataset":    {Scorer: LookUp(g)},
		"0 systems":          {Dataset: d, Scorer: LookUp(g), Budgets: []int{1}, TopK: []int{1}},
		`"x" has no index`:   {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x"}}, Budgets: []int{1}, TopK: []int{1}},
		"k is -1":            {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{1}, TopK: []int{-1}},
		"x at budget 0: wor": {Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{0}, TopK: []int{1}},
	} {
		if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

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
