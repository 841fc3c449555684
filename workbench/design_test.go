package workbench

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// Products with Φ are those with the matrix written out, whatever its size
// against the rows made at a time.
func TestDesign(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 1))
	for _, n := range []int{1, 63, 64, 513, 1100} {
		d := newDesign(normals(rng, n, 70))
		phi := double(withOne(d.items, d.scale))
		x, b := normals(rng, 1, 71).Data, normals(rng, 71, 9)
		y, back := make([]float32, n), make([]float32, 71)
		d.times(y, x, nil)
		d.transposeTimes(back, y)
		var want, wantBack, wantProduct, wantGram mat.Dense
		want.Mul(phi, double(f32.View(x, 1, 71)).T())
		wantBack.Mul(phi.T(), double(f32.View(y, 1, n)).T())
		wantProduct.Mul(phi, double(b.view()))
		wantGram.Mul(phi.T(), phi)
		near := func(what string, got float32, want float64) {
			t.Helper()
			if diff := float64(got) - want; diff > 1e-5*(1+float64(n)) || -diff > 1e-5*(1+float64(n)) {
				t.Errorf("n=%d: %s is %v, want %v", n, what, got, want)
			}
		}
		product, gram, squares := d.product(b.view()), d.gram(), 0.0
		for i := range n {
			near("times", y[i], want.At(i, 0))
			for j := range 9 {
				near("product", product.Row(i)[j], wantProduct.At(i, j))
			}
		}
		for i := range 71 {
			near("transposeTimes", back[i], wantBack.At(i, 0))
			squares += wantGram.At(i, i)
			for j := range i + 1 {
				near("gram", gram.Row(i)[j], wantGram.At(i, j))
			}
		}
		near("squares", d.squares(), squares)
	}
}

// An index has the same bits on one thread as on more.
func TestFactorizeThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	d, g := toy(92, 120, 700, 20)
	for _, sm := range []Sampling{{Random: 60, Seed: 1}, {Queries: 20, Dense: true}} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
		for _, m := range []Method{Calibrated, Transductive} {
			var first *Index
			for _, threads := range []int{1, 2, 5} {
				runtime.GOMAXPROCS(threads)
				ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: m}))
				if first == nil {
					first = ix
				}
				if !slices.Equal(ix.Features.Data, first.Features.Data) {
					t.Errorf("%s, %v: %d threads give other features", m, sm, threads)
				}
				if m == Calibrated && !slices.Equal(ix.Prior.Map.Data, first.Prior.Map.Data) {
					t.Errorf("%v: %d threads give another map", sm, threads)
				}
			}
		}
	}
}
