package workbench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/rough"
	"axn/workbench/internal/stats"
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
	var ce, de stats.Moments
	for _, r := range scores.Rows {
		for j, v := range r.Values {
			ce.Add(n.apply(float64(v)))
			de.Add(float64(f32.Dot(d.DE.Queries.Row(r.Query), d.DE.Items.Row(r.Item(j)))))
		}
	}
	if math.Abs(ce.Mean-de.Mean) > 1e-6 || math.Abs(ce.Deviation()-de.Deviation()) > 1e-6 {
		t.Errorf("normalised CE has mean %v, deviation %v; DE %v, %v", ce.Mean, ce.Deviation(), de.Mean, de.Deviation())
	}
	if n := fitNormalization(d, &Scores{}); n.apply(3) != 3 {
		t.Errorf("no scores: %v", n)
	}
}

// slowAXN is Algorithm 1 as the paper writes it, with the pseudo-inverse by a
// singular value decomposition and everything in float64: X's item vectors v and
// u_param, the first round given, scores brought to the dual encoder's scale.
func slowAXN(v *Matrix, param []float32, n Normalization, lambda float64, g *Matrix, query int, first []int, size, rounds int) []int {
	anchors := slices.Clone(first)
	for range rounds - 1 {
		va, a := mat.NewDense(len(anchors), v.Cols, nil), make([]float64, len(anchors))
		for i, it := range anchors {
			a[i] = n.Beta * (g.At(query, it) - n.Alpha)
			for j := range v.Cols {
				va.Set(i, j, v.At(it, j))
			}
		}
		u := slowPinv(va, a) // u_LinReg
		for j := range u {
			u[j] = (1-lambda)*u[j] + lambda*float64(param[j]) // eq. 7
		}
		approx := make([]float64, v.Rows)
		for it := range approx {
			for j, w := range u {
				approx[it] += v.At(it, j) * w
			}
			if slices.Contains(anchors, it) {
				approx[it] = math.Inf(-1)
			}
		}
		for range size {
			best := 0
			for it, s := range approx {
				if s > approx[best] {
					best = it
				}
			}
			anchors, approx[best] = append(anchors, best), math.Inf(-1)
		}
	}
	return anchors
}

// AXN_{X,DE} chooses what Algorithm 1 chooses, for every X, with and without the
// blend, with fewer anchors than dimensions and with more.
func TestAXNAgainstThePaper(t *testing.T) {
	d, g := toy(14, 40, 200, 12)
	sims := make([]float32, 200)
	for _, m := range []Method{DualEncoder, Transductive, Inductive, Distilled} {
		ix := toyIndex(t, d, g, m)
		params := d.DE.Queries
		if ix.Queries != nil {
			params = ix.Queries
		}
		for _, q := range d.Test[:6] {
			d.DE.similarities(sims, d.DE.Queries.Row(q))
			for _, lambda := range []float64{0, 0.8} {
				o := SearchOptions{Budget: 32, Rounds: 4, Lambda: lambda, First: ByDualEncoder(d.DE)}
				r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, o))
				want := slowAXN(ix.Features, params.Row(q), ix.Normalization, lambda, g, q, slowTop(sims, 8), 8, 4)
				if !slices.Equal(order(r), want) {
					t.Errorf("%s, lambda %v, query %d: %v, want %v", m, lambda, q, order(r), want)
				}
			}
		}
	}
}

// Over vectors of poor rank and scale AXN chooses what Algorithm 1 chooses over the vectors as they
// are, in memory, from a saved index and for the query as one of another index.
func TestAXNOverRoughVectors(t *testing.T) {
	for at, kind := range rough.Kinds[:6] {
		d, g := toy(15, 40, 200, 12)
		rng := rand.New(rand.NewPCG(15, uint64(at)))
		d.DE = DualEmbeddings{Queries: matrixOf(kind.Make(rng, 40, 12)), Items: matrixOf(kind.Make(rng, 200, 12))}
		ix := toyIndex(t, d, g, DualEncoder)
		if (ix.Span != nil) != (at > 0) {
			t.Errorf("%s: turned by %v", kind.Name, ix.Span)
		}
		path := t.TempDir() + "/index.axn"
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		again, alone := must[*Index](t)(OpenIndex(path)), must[*Index](t)(ix.For(d.DE.Queries))
		sims := make([]float32, 200)
		for _, q := range d.Test[:4] {
			d.DE.similarities(sims, d.DE.Queries.Row(q))
			o := SearchOptions{Budget: 32, Rounds: 4, Lambda: .5, First: ByDualEncoder(d.DE)}
			want := slowAXN(d.DE.Items, d.DE.Queries.Row(q), ix.Normalization, .5, g, q, slowTop(sims, 8), 8, 4)
			for _, other := range []*Index{ix, again, alone} {
				if got := order(must[*Result](t)(other.Search(t.Context(), LookUp(g), q, o))); !slices.Equal(got, want) {
					t.Errorf("%s, query %d: %v, want %v", kind.Name, q, got, want)
				}
			}
		}
	}
}
