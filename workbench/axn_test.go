package workbench

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// slowPinv solves by the singular value decomposition.
func slowPinv(a *mat.Dense, b []float64) []float64 {
	var svd mat.SVD
	svd.Factorize(a, mat.SVDThin)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	vals := svd.Values(nil)
	_, cols := a.Dims()
	x := mat.NewVecDense(cols, nil)
	for j, s := range vals {
		if s > 1e-6*vals[0] {
			x.AddScaledVec(x, mat.Dot(u.ColView(j), mat.NewVecDense(len(b), b))/s, v.ColView(j))
		}
	}
	return x.RawVector().Data
}

// leastNorm agrees with the decomposition for wide, tall and square systems,
// regular ones and ones with repeated rows, repeated columns and zeros.
func TestLeastNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, shape := range [][2]int{{1, 1}, {1, 7}, {7, 1}, {5, 12}, {12, 5}, {8, 8}, {40, 30}} {
		for _, kind := range []string{"regular", "twin rows", "twin columns", "zero"} {
			n, d := shape[0], shape[1]
			a := mat.NewDense(n, d, nil)
			for i := range n {
				for j := range d {
					switch {
					case kind == "twin rows" && i >= (n+1)/2:
						a.Set(i, j, a.At(i-(n+1)/2, j))
					case kind == "twin columns" && j >= (d+1)/2:
						a.Set(i, j, a.At(i, j-(d+1)/2))
					case kind != "zero":
						a.Set(i, j, float64(float32(rng.NormFloat64())))
					}
				}
			}
			b := make([]float64, n)
			for i := range b {
				b[i] = rng.NormFloat64()
			}
			got := leastNorm(blas64.General{Rows: n, Cols: d, Stride: d, Data: a.RawMatrix().Data}, b)
			for j, want := range slowPinv(a, b) {
				if kind == "zero" {
					want = 0
				}
				if math.Abs(got[j]-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("%d×%d %s: u[%d] = %v, want %v", n, d, kind, j, got[j], want)
				}
			}
		}
	}
}

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
