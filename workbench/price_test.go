package workbench

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Item passes are counted from the views to the report's figures, and kept with the index.
func TestItemPassesAreCounted(t *testing.T) {
	d, g := toy(5, 40, 120, 6)
	plain := *d
	withTexts(d)
	must[View](t)(d.ReadItems(t.Context(), &letters{}, ViewOptions{}))
	for m, want := range map[Method]int{Calibrated: 120, DualEncoder: 0} {
		ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: m}))
		path := filepath.Join(t.TempDir(), "index")
		must0(t, ix.Save(path))
		again := must[*Index](t)(OpenIndex(path))
		if ix.Passes != want || again.Passes != want || again.Head().Passes != want {
			t.Errorf("%s: %d passes, %d reopened, want %d", m, ix.Passes, again.Passes, want)
		}
	}
	e := Experiment{Dataset: d, Scorer: LookUp(g), Budgets: []int{10}, TopK: []int{1}, Queries: []int{30, 31},
		Systems: []System{{Name: "views"}, {Name: "rnr", Factorize: FactorizeOptions{Method: DualEncoder}, Search: SearchOptions{Rounds: 1}}}}
	rep := must[*Report](t)(e.Run(t.Context()))
	if got := must[[]int](t)(rep.Frame().Col("item_passes").Int()); !slices.Equal(got, []int{120, 0}) {
		t.Errorf("frame: %v", got)
	}
	if names := rep.Table().Names(); !slices.Contains(names, "item_passes") {
		t.Errorf("table: %v", names)
	}
	e.Dataset = &plain
	if names := must[*Report](t)(e.Run(t.Context())).Table().Names(); slices.Contains(names, "item_passes") {
		t.Errorf("a table without views: %v", names)
	}
	p, err := rep.PlotIndexCalls(1, 10)
	if err != nil || !strings.Contains(p.X.Label.Text, "item passes") {
		t.Errorf("%v, %v", p, err)
	}
}

// The Pareto plot has passes beside calls: in calls, and in seconds where there is a price.
func TestPrice(t *testing.T) {
	d, g := toy(5, 40, 120, 6)
	d.Alone = NewMatrix(120, 1)
	for _, c := range []struct {
		price Price
		unit  string
		left  float64 // the axis begins at a tick below: 120 passes and 20 calls
		at    float64
	}{{Price{}, "calls", 100, 140}, {Price{Call: 2}, "seconds", 200, 280}, {Price{Call: 2, Pass: .5}, "seconds", 100, 100}} {
		e := Experiment{Dataset: d, Scorer: LookUp(g), Budgets: []int{10}, TopK: []int{1}, Queries: []int{30, 31}, Systems: []System{{Name: "alone"}}, Price: c.price}
		rep := must[*Report](t)(e.Run(t.Context()))
		price, unit := rep.Price.orCalls()
		m := rep.Measures[0]
		if got := price.of(2*m.Calls, m.ItemPasses); got != c.at || unit != c.unit {
			t.Errorf("%v: %v %s, want %v %s", c.price, got, unit, c.at, c.unit)
		}
		p, err := rep.PlotPareto(1, 2)
		if err != nil || !strings.Contains(p.X.Label.Text, c.unit) || math.Abs(math.Pow(10, p.X.Min)-c.left) > 1e-6 {
			t.Errorf("%v: axis %q from %v, %v", c.price, p.X.Label.Text, math.Pow(10, p.X.Min), err)
		}
	}
}

func TestCrossEncoderPrice(t *testing.T) {
	d, _ := toy(3, 5, 40, 4)
	withTexts(d)
	if p, err := openCE(t).Price(t.Context(), d); err != nil || p.Call <= 0 || p.Pass <= 0 {
		t.Errorf("%v, %v", p, err)
	}
	d.Items[0].Text = ""
	if _, err := openCE(t).Price(t.Context(), d); err == nil {
		t.Error("an item without a text has a price")
	}
}
