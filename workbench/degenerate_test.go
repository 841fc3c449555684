package workbench

import (
	"fmt"
	"math"
	"testing"
)

// Every method makes an index of poor data and searches with it: the budget is
// spent, no pair twice, and no approximate score is NaN or infinite.
func TestDegenerateData(t *testing.T) {
	twins := func(d *Dataset, g *Matrix) {
		for i := range len(d.Items) / 2 {
			copy(d.DE.Items.Row(2*i+1), d.DE.Items.Row(2*i))
		}
		copy(d.DE.Queries.Row(1), d.DE.Queries.Row(0))
	}
	constant := func(d *Dataset, g *Matrix) {
		for i := range g.Data {
			g.Data[i] = 2.5
		}
	}
	outliers := func(d *Dataset, g *Matrix) {
		g.Row(0)[3], g.Row(1)[4], g.Row(d.Test[0])[5] = 6e4, -6e4, 6e4
	}
	larger := func(d *Dataset, g *Matrix) {
		for i := range d.DE.Items.Data {
			d.DE.Items.Data[i] *= 300
		}
	}
	nothing := func(d *Dataset, g *Matrix) { clear(d.DE.Items.Data) }
	for name, c := range map[string]struct {
		change func(*Dataset, *Matrix)
		sm     Sampling
	}{
		"one train query":          {nil, Sampling{Queries: 1, Random: 10}},
		"one entry":                {nil, Sampling{Queries: 1, Random: 1}},
		"one query per item":       {nil, Sampling{PerItem: 1}},
		"constant scores":          {constant, Sampling{Random: 10}},
		"items never observed":     {nil, Sampling{PerQuery: 2}},
		"duplicate embeddings":     {twins, Sampling{Random: 10}},
		"huge outliers":            {outliers, Sampling{Random: 60}},
		"vectors of another scale": {larger, Sampling{Random: 10}},
		"vectors of zeros":         {nothing, Sampling{Random: 10}},
		"no scores":                {nil, Sampling{}},
	} {
		for _, m := range allMethods() {
			t.Run(fmt.Sprint(name, "/", m), func(t *testing.T) {
				d, g := toy(91, 20, 80, 6)
				if c.change != nil {
					c.change(d, g)
				}
				sm := c.sm
				if sm != (Sampling{}) {
					sm.Dense = m == ADACUR || m == ANNCUR
				} else if m == ADACUR || m == ANNCUR {
					return // refused, which TestCURNeedsDenseRows looks at
				}
				degenerate(t, d, g, m, sm)
			})
		}
	}
}

func degenerate(t *testing.T, d *Dataset, g *Matrix, m Method, sm Sampling) {
	var scores *Scores
	if sm != (Sampling{}) {
		scores = must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
	}
	ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: m}))
	o := SearchOptions{Budget: 30, Rounds: 3}
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), spyOn(LookUp(g)), d.Test, o))
	for _, r := range rs {
		if r.Calls != 30 {
			t.Fatalf("query %d: %d calls", r.Query, r.Calls)
		}
	}
	a := must[*Approximation](t)(ix.Approximate(t.Context(), LookUp(g), rs, o))
	for r, approx := range a.Rounds {
		for i, v := range approx.Data {
			if v != v || math.IsInf(float64(v), 0) {
				t.Fatalf("after %d rounds the score of item %d is %v", r, i%approx.Cols, v)
			}
		}
	}
}

// The AdamW solver meets the same.
func TestDegenerateDescent(t *testing.T) {
	d, g := toy(92, 20, 80, 6)
	for _, sm := range []Sampling{{Queries: 1, Random: 1}, {PerItem: 1}, {Dense: true}} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
		ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: Transductive, Solver: AdamW}))
		for i, v := range ix.Features.Data {
			if v != v {
				t.Fatalf("%v: value %d is NaN", sm, i)
			}
		}
	}
	if _, err := Factorize(t.Context(), d, nil, FactorizeOptions{Method: Transductive, Solver: "newton"}); err == nil {
		t.Error("a solver that is not there was used")
	}
}
