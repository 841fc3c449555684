package workbench

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// judgedExperiment compares reranking with a search, a frozen run and a noisy second
// cross-encoder, by recall and by judgements: the two best items of each query by the
// first cross-encoder, all queries but the last.
func judgedExperiment(t *testing.T) Experiment {
	d, g := toy(48, 60, 100, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	d.Qrels = make([]map[int]int, len(d.Queries))
	for _, q := range d.Test[:len(d.Test)-1] {
		n := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, []int{q}, 2))[0]
		d.Qrels[q] = map[int]int{n.Items[0]: 2, n.Items[1]: 1}
	}
	frozen := make([]Result, 0, len(d.Test))
	for _, n := range must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test[1:], 15)) {
		frozen = append(frozen, Result{Query: n.Query, Items: n.Items, Scores: n.Scores})
	}
	noisy := NewMatrix(g.Rows, g.Cols)
	for i, v := range g.Data {
		noisy.Data[i] = v + float32(math.Sin(float64(7*i)))*2
	}
	return Experiment{Dataset: d, Scorer: LookUp(g), Budgets: []int{10, 40}, TopK: []int{1, 5}, Measures: []string{"ndcg@5", "MRR"},
		Systems: []System{{Name: "rerank", Index: ix, Search: SearchOptions{Rounds: 1}}, {Name: "AXN", Index: ix},
			{Name: "frozen", Run: frozen}, {Name: "noisy", Index: ix, Scorer: LookUp(noisy)}}}
}

func TestExperimentJudged(t *testing.T) {
	e := judgedExperiment(t)
	rep := must[*Report](t)(e.Run(t.Context()))
	if len(rep.Measures) != 16 {
		t.Fatalf("%d measures", len(rep.Measures))
	}
	ix := e.Systems[0].Index
	for _, m := range rep.Measures {
		if len(m.Judged) != 2 || m.Judged[0].Measure != "nDCG@5" || !math.IsNaN(m.Judged[0].PerQuery[len(rep.Queries)-1]) {
			t.Fatalf("%s: %+v", m.System, m.Judged)
		}
		j := m.Judged[0]
		switch m.System {
		case "rerank", "AXN":
			rs := must[[]Result](t)(ix.SearchAll(t.Context(), e.Scorer, rep.Queries, SearchOptions{Budget: m.Budget, Rounds: m.Rounds}))
			if want := must[float64](t)(NDCG(e.Dataset, rs, 5)); math.Abs(j.Mean-want) > 1e-12 {
				t.Errorf("%s, B %d: nDCG %v, of its results %v", m.System, m.Budget, j.Mean, want)
			}
		case "frozen":
			if !math.IsNaN(m.Calls) || m.PerQuery[0] != 0 || m.PerQuery[1] != 1 || j.PerQuery[0] != 0 || j.PerQuery[1] != 1 {
				t.Errorf("frozen: %v calls, recall %v, nDCG %v", m.Calls, m.PerQuery[:2], j.PerQuery[:2])
			}
		case "noisy":
			if m.Budget == 40 && (m.Recall < .3 || j.Mean > .95) {
				t.Errorf("another cross-encoder: recall of its own neighbours %v, nDCG by the first's %v", m.Recall, j.Mean)
			}
		}
		if base := rep.counterpart(&m); math.Abs(j.Gain-(j.Mean-base.Judged[0].Mean)) > 1e-12 || j.Low > j.Mean || j.High < j.Mean {
			t.Errorf("%s: %+v", m.System, j)
		}
	}
	df := rep.Frame()
	for _, name := range []string{"ndcg@5", "ndcg@5_low", "ndcg@5_high", "ndcg@5_gain", "ndcg@5_p", "mrr"} {
		if df.Err != nil || !slices.Contains(df.Names(), name) {
			t.Errorf("no column %s in %v", name, df.Names())
		}
	}
	if table := rep.Table(5); !slices.Equal(table.Names(), []string{"system", "index_calls", "B10_k5", "B10_nDCG@5", "B10_MRR", "B40_k5", "B40_nDCG@5", "B40_MRR"}) {
		t.Errorf("table has %v", table.Names())
	}
}

// What was not asked for does not change what was.
func TestExperimentJudgedBesideRecall(t *testing.T) {
	e := judgedExperiment(t)
	with := must[*Report](t)(e.Run(t.Context()))
	e.Measures = nil
	without := must[*Report](t)(e.Run(t.Context()))
	e.Measures, e.TopK = []string{"MRR"}, nil
	alone := must[*Report](t)(e.Run(t.Context()))
	for i := range with.Measures {
		a, b := with.Measures[i], without.Measures[i]
		a.Judged, a.Seconds, b.Seconds = nil, 0, 0
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%+v\n%+v", a, b)
		}
		if c := alone.Measures[i/2]; !math.IsNaN(c.Recall) || !math.IsNaN(c.Gain) || c.Judged[0].Mean != with.Measures[i].Judged[1].Mean {
			t.Errorf("alone: %+v", c)
		}
	}
	if names := without.Frame().Names(); names[len(names)-1] != "index_mb" {
		t.Errorf("columns %v", names)
	}
}

func TestTestsAndCorrections(t *testing.T) {
	e := judgedExperiment(t)
	plain := must[*Report](t)(e.Run(t.Context()))
	seen := map[string]bool{}
	for _, test := range []string{"sign-flip", "t", "wilcoxon"} {
		e.Test, e.Correction = test, "holm"
		rep := must[*Report](t)(e.Run(t.Context()))
		for i, m := range rep.Measures {
			if m.System == "rerank" && (m.P != 1 || m.PAdjusted != 1) {
				t.Errorf("%s: the baseline has p %v, adjusted %v", test, m.P, m.PAdjusted)
			}
			if m.PAdjusted < m.P || m.Judged[0].PAdjusted < m.Judged[0].P {
				t.Errorf("%s, %s: p %v, adjusted %v", test, m.System, m.P, m.PAdjusted)
			}
			if test == "sign-flip" && (m.P != plain.Measures[i].P || plain.Measures[i].PAdjusted != m.P) {
				t.Errorf("sign-flip is not the default: %v, %v", m.P, plain.Measures[i].P)
			}
		}
		m := rep.Measures[len(rep.Measures)-1]
		seen[fmt.Sprint(m.P, m.Judged[0].P)] = true
		// six figures of nDCG are tested: three systems at two budgets
		least := 1.0
		for _, m := range rep.Measures {
			if m.System != "rerank" {
				least = min(least, m.Judged[0].P)
			}
		}
		if got := rep.Measures[slices.IndexFunc(rep.Measures, func(m Measure) bool { return m.System != "rerank" && m.Judged[0].P == least })].Judged[0].PAdjusted; math.Abs(got-min(1, 6*least)) > 1e-12 {
			t.Errorf("%s: the least p, %v, becomes %v", test, least, got)
		}
	}
	if len(seen) != 3 {
		t.Errorf("the tests agree to the last digit: %v", seen)
	}
	for want, set := range map[string]func(e *Experiment){
		`no test "anova"`:       func(e *Experiment) { e.Test = "anova" },
		`no correction "tukey"`: func(e *Experiment) { e.Correction = "tukey" },
		`no measure "nDGC@10"`:  func(e *Experiment) { e.Measures = []string{"nDGC@10"} },
		"none of the 2 queries": func(e *Experiment) { e.Queries = []int{0, 1} },
		"frozen: query 40: item 1 is there twice": func(e *Experiment) {
			e.Systems[2].Run = []Result{{Query: 40, Items: []int{1, 1}, Scores: []float64{2, 1}}}
		},
	} {
		e := judgedExperiment(t)
		set(&e)
		if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestPaperTables(t *testing.T) {
	e := judgedExperiment(t)
	e.Systems[1].Name = "A&N_%"
	rep := must[*Report](t)(e.Run(t.Context()))
	latex := must[string](t)(rep.LaTeX(TableOptions{Figures: []string{"recall@5", "ndcg@5", "MRR"}}))
	for _, want := range []string{"\\begin{tabular}{lrrrrrrr}\n\\toprule\nsystem & index calls & recall@5, B = 10 & nDCG@5, B = 10", `A\&N\_\%`, `\textbf{`, `$^{\dagger}$`, `$^{\ddagger}$`, "\\bottomrule\n\\end{tabular}\n% Percent", "sign-flip test, p ≤ 0.05"} {
		if !strings.Contains(latex, want) {
			t.Errorf("no %q in\n%s", want, latex)
		}
	}
	markdown := must[string](t)(rep.Markdown(TableOptions{Intervals: true, Level: .01}))
	lines := strings.Split(markdown, "\n")
	if n := strings.Count(lines[0], "|"); n != 11 || strings.Count(lines[1], "|") != n || len(lines) != 9 || !strings.Contains(lines[2], " [") || !strings.Contains(markdown, "†") {
		t.Errorf("%s", markdown)
	}
	rows := must[[][]string](t)(csv.NewReader(strings.NewReader(must[string](t)(rep.CSV()))).ReadAll())
	if len(rows) != 1+8*4 || rows[1][0] != "rerank" || rows[1][5] != "recall@1" || rows[32][5] != "MRR" {
		t.Errorf("%d rows: %v … %v", len(rows), rows[1], rows[len(rows)-1])
	}
	if _, err := rep.LaTeX(TableOptions{Level: 5}); err == nil {
		t.Error("level 5 is taken")
	}
	if _, err := rep.Markdown(TableOptions{Figures: []string{"recall@7"}}); err == nil || !strings.Contains(err.Error(), `no figure "recall@7"`) {
		t.Errorf("a figure that is not there: %v", err)
	}
	if _, err := rep.Markdown(TableOptions{Budgets: []int{7}}); err == nil || !strings.Contains(err.Error(), "it has [10 40]") {
		t.Errorf("a budget that is not there: %v", err)
	}
	one := must[string](t)(rep.Markdown(TableOptions{Budgets: []int{40}, Figures: []string{"mrr"}}))
	if first, _, _ := strings.Cut(one, "\n"); first != "| system | index calls | MRR, B = 40 |" {
		t.Errorf("%q", first)
	}
}

func TestDifferences(t *testing.T) {
	e := judgedExperiment(t)
	rep := must[*Report](t)(e.Run(t.Context()))
	x := must[*Differences](t)(rep.Differences(e.Dataset, "AXN", "noisy", "NDCG@5", 40))
	helped, hurt, equal := x.Counts()
	if helped+hurt+equal != len(rep.Queries)-1 || helped == 0 || x.Figure != "nDCG@5" {
		t.Fatalf("%v", x)
	}
	for i := 1; i < len(x.Queries); i++ {
		if x.Of[i]-x.Than[i] > x.Of[i-1]-x.Than[i-1] {
			t.Fatalf("query %d is not in order", i)
		}
	}
	df := x.Frame(3)
	if want := min(3, helped) + min(3, hurt); df.Err != nil || df.Nrow() != want || x.Frame(0).Nrow() != len(x.Queries) {
		t.Errorf("%d rows, want %d", df.Nrow(), want)
	}
	rs := must[[]Result](t)(e.Systems[1].Index.SearchAll(t.Context(), e.Scorer, []int{x.Queries[0]}, SearchOptions{Budget: 40}))
	if got, want := df.Col("first_item").Elem(0).String(), e.Dataset.Items[rs[0].Items[0]].Lemmas; got != want {
		t.Errorf("the ranking begins with %q, want %q", got, want)
	}
	p, err := x.Plot()
	if err != nil {
		t.Fatal(err)
	}
	w := must[io.WriterTo](t)(p.WriterTo(6*vg.Inch, 4*vg.Inch, "svg"))
	if _, err := w.WriteTo(&bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	same := must[*Differences](t)(rep.Differences(e.Dataset, "AXN", "AXN", "recall@5", 40))
	if a, b, c := same.Counts(); a+b != 0 || c != len(rep.Queries) || same.Frame(2).Nrow() != 0 {
		t.Errorf("a system against itself: %v", same)
	}
	for want, f := range map[string]func() (*Differences, error){
		`no figure "recall@7": it has recall@1, recall@5, nDCG@5, MRR`: func() (*Differences, error) { return rep.Differences(e.Dataset, "AXN", "noisy", "recall@7", 40) },
		`no system "axn" at budget 40`:                                 func() (*Differences, error) { return rep.Differences(e.Dataset, "axn", "noisy", "MRR", 40) },
		`at budget 7; it has the budgets [10 40]`:                      func() (*Differences, error) { return rep.Differences(e.Dataset, "AXN", "noisy", "MRR", 7) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestPlotMeasures(t *testing.T) {
	rep := must[*Report](t)(judgedExperiment(t).Run(t.Context()))
	for _, names := range [][]string{{"nDCG@5"}, {"recall@5", "mrr"}, nil} {
		p, err := rep.PlotMeasures(names...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := must[io.WriterTo](t)(p.WriterTo(6*vg.Inch, 4*vg.Inch, "svg")).WriteTo(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := rep.PlotMeasures("recall@2"); err == nil {
		t.Error("a figure that is not there is drawn")
	}
	if _, err := rep.PlotPareto(5, 100); err != nil {
		t.Errorf("a system of unknown cost: %v", err)
	}
	if reflect.DeepEqual(rep.figureNames(), rep.judgedNames()) {
		t.Error("recall is missing")
	}
}
