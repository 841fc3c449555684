package workbench

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
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

// Solutions agree with the decomposition for wide, tall and square systems,
// regular ones, ones far from orthogonal, ones of a unit far from 1, and ones with
// repeated rows, repeated columns and zeros, whether the rows come at once or in
// parts.
func TestLeastSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, shape := range [][2]int{{1, 1}, {1, 7}, {7, 1}, {5, 12}, {12, 5}, {8, 8}, {40, 30}, {90, 120}, {150, 110}} {
		for _, kind := range []string{"regular", "steep", "huge", "tiny", "twin rows", "twin columns", "zero"} {
			n, d := shape[0], shape[1]
			a := mat.NewDense(n, d, nil)
			for i := range n {
				for j := range d {
					switch {
					case kind == "twin rows" && i >= (n+1)/2:
						a.Set(i, j, a.At(i-(n+1)/2, j))
					case kind == "twin columns" && j >= (d+1)/2:
						a.Set(i, j, a.At(i, j-(d+1)/2))
					case kind == "steep":
						a.Set(i, j, float64(float32(rng.NormFloat64()*math.Pow(1000, -float64(j)/float64(d)))))
					case kind == "huge":
						a.Set(i, j, float64(float32(1e25*rng.NormFloat64())))
					case kind == "tiny":
						a.Set(i, j, float64(float32(1e-25*rng.NormFloat64())))
					case kind != "zero":
						a.Set(i, j, float64(float32(rng.NormFloat64())))
					}
				}
			}
			b := make([]float64, n)
			for i := range b {
				b[i] = rng.NormFloat64()
			}
			for _, step := range []int{n, (n + 2) / 3} {
				l := newLeastSquares(n, d)
				var got []float64
				for i := range n {
					row := make([]float32, d)
					for j := range row {
						row[j] = float32(a.At(i, j))
					}
					if l.add(row, b[i]); (i+1)%step == 0 || i == n-1 {
						got = l.solve()
					}
				}
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
}
