package workbench

import (
	"fmt"
	"strings"
	"testing"
)

// Only a test split that was drawn here is said to be.
func TestDrawnSplitSaysSo(t *testing.T) {
	official := beirFiles()
	drawn := beirFiles()
	delete(drawn, "qrels/test.tsv")
	delete(drawn, "qrels/train.tsv")
	delete(drawn, "qrels/dev.tsv")
	a, b := must[*Dataset](t)(OpenBEIR(write(t, official))), must[*Dataset](t)(OpenBEIR(write(t, drawn)))
	const said = "test drawn by chance)"
	if strings.Contains(a.String(), said) || !strings.Contains(b.String(), said) {
		t.Errorf("official: %v\ndrawn: %v", a, b)
	}
	if Must(a.Split(1, 2)); !strings.Contains(a.String(), said) {
		t.Errorf("after Split: %v", a)
	}
	if a.Train, a.Test = a.Test, a.Train; strings.Contains(a.String(), said) {
		t.Errorf("after a choice of one's own: %v", a)
	}
}

// A query made without Gold has none, whatever its neighbours have; what files say of row 0
// counts.
func TestQueryWithoutGold(t *testing.T) {
	d := &Dataset{Name: "made", Queries: []Query{{ID: "a", Gold: 1}, {ID: "b"}, {ID: "c", Gold: -1}}, Items: []Item{{ID: "x"}, {ID: "y"}}, Test: []int{0, 1, 2}}
	for q, want := range []string{"map[1:1]", "map[]", "map[]"} {
		if got := fmt.Sprint(d.grades(q)); got != want {
			t.Errorf("query %d: judgements %s, want %s", q, got, want)
		}
	}
	if text := d.Queries[1].String(); strings.Contains(text, "relevant") {
		t.Error(text)
	}
	read := must[*Dataset](t)(OpenDataset(folder(t, nil)))
	if got := fmt.Sprint(read.grades(1)); got != "map[0:1]" {
		t.Errorf("gold_row 0: judgements %s", got)
	}
	row, err := read.AddQuery(Query{ID: "new"}, make([]float32, read.DE.Queries.Cols))
	if err != nil || read.Queries[row].Gold != -1 || read.grades(row) != nil {
		t.Errorf("added: %+v, error %v", read.Queries[row], err)
	}
	d.Qrels = []map[int]int{1: {0: 1}, 2: nil}
	if got := fmt.Sprint(d.grades(1)); got != "map[0:1]" {
		t.Errorf("judged by Qrels: %s", got)
	}
}

// An experiment over queries that an index learnt from says so, in words and in a column.
func TestExperimentOnTrainQueries(t *testing.T) {
	d, g := toy(5, 12, 30, 4)
	e := Experiment{Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "de", Factorize: FactorizeOptions{Method: DualEncoder}}, {Name: "ready", Index: toyIndex(t, d, g, DualEncoder)}},
		Samplings: []Sampling{{Random: 5, Queries: 2}}, Budgets: []int{5}, TopK: []int{1}}
	fair := must[*Report](t)(e.Run(t.Context()))
	text := must[string](t)(fair.Markdown(TableOptions{}))
	if df := fair.Frame(); strings.Contains(fair.String()+text, "train") || strings.Contains(fmt.Sprint(df.Names()), "trained") {
		t.Errorf("test queries: %v\n%s\n%v", fair, text, df.Names())
	}
	e.Queries = []int{0, 1, 2, 9}
	unfair := must[*Report](t)(e.Run(t.Context()))
	trained, err := unfair.Frame().Col("trained").Int()
	if err != nil || fmt.Sprint(trained) != "[2 3]" {
		t.Errorf("learnt from %v, error %v, want 2 of the sampling's and 3 train queries", trained, err)
	}
	for what, text := range map[string]string{"string": unfair.String(), "table": must[string](t)(unfair.Markdown(TableOptions{}))} {
		if !strings.Contains(text, "3 of them train queries that an index learnt from") {
			t.Errorf("%s: %s", what, text)
		}
	}
	e.Samplings, e.Systems = nil, e.Systems[:1]
	if rep := must[*Report](t)(e.Run(t.Context())); strings.Contains(rep.String(), "train") {
		t.Errorf("nothing was learnt: %v", rep)
	}
	e.TopK = []int{0}
	if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "must be positive") {
		t.Errorf("k of 0: %v", err)
	}
}
