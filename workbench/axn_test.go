package workbench

import (
	"math"
	"math/rand/v2"
	"testing"

	"axn/workbench/internal/f32"
)

// When scores are exactly V·u, d anchors are enough for AXN to rank every item.
func TestRegressionRecoversLowRank(t *testing.T) {
	d, _ := toy(12, 20, 300, 6)
	g := NewMatrix(20, 300)
	u := normals(rand.New(rand.NewPCG(12, 2)), 20, 6)
	for q := range 20 {
		f32.Gemv(g.Row(q), d.DE.Items.view(), u.Row(q))
	}
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: DualEncoder}))
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 20, Rounds: 2}))
	if rec := must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, 10)); rec != 1 {
		t.Errorf("recall %v, want 1", rec)
	}
}

func TestNormalizationMatchesMoments(t *testing.T) {
	d, g := toy(13, 30, 100, 8)
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 20, Seed: 3}))
	n := fitNormalization(d, scores)
	var ce, de moments
	for _, r := range scores.Rows {
		for j, v := range r.Values {
			ce.add(n.apply(float64(v)))
			de.add(float64(f32.Dot(d.DE.Queries.Row(r.Query), d.DE.Items.Row(r.Item(j)))))
		}
	}
	if math.Abs(ce.mean-de.mean) > 1e-6 || math.Abs(ce.deviation()-de.deviation()) > 1e-6 {
		t.Errorf("normalised CE has mean %v, deviation %v; DE %v, %v", ce.mean, ce.deviation(), de.mean, de.deviation())
	}
	if n := fitNormalization(d, &Scores{}); n.apply(3) != 3 {
		t.Errorf("no scores: %v", n)
	}
}
