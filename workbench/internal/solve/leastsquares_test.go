package solve

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

// systemsToSolve are kinds of matrices, by what their entry (i, j) is.
var systemsToSolve = []struct {
	name string
	at   func(rng *rand.Rand, a *mat.Dense, i, j int) float64
}{
	{"regular", func(rng *rand.Rand, _ *mat.Dense, _, _ int) float64 { return rng.NormFloat64() }},
	{"steep", func(rng *rand.Rand, a *mat.Dense, _, j int) float64 {
		_, cols := a.Dims()
		return rng.NormFloat64() * math.Pow(1000, -float64(j)/float64(cols))
	}},
	{"huge", func(rng *rand.Rand, _ *mat.Dense, _, _ int) float64 { return 1e25 * rng.NormFloat64() }},
	{"tiny", func(rng *rand.Rand, _ *mat.Dense, _, _ int) float64 { return 1e-25 * rng.NormFloat64() }},
	{"twin rows", func(rng *rand.Rand, a *mat.Dense, i, j int) float64 {
		rows, _ := a.Dims()
		if half := (rows + 1) / 2; i >= half {
			return a.At(i-half, j)
		}
		return rng.NormFloat64()
	}},
	{"rows that depend on others", func(rng *rand.Rand, a *mat.Dense, i, j int) float64 {
		rows, _ := a.Dims()
		if half := (rows + 1) / 2; i >= half {
			return a.At(i-half, j) + 0.1*math.Cos(float64(j*(1+i%3)))
		}
		return rng.NormFloat64()
	}},
	{"twin columns", func(rng *rand.Rand, a *mat.Dense, i, j int) float64 {
		_, cols := a.Dims()
		if half := (cols + 1) / 2; j >= half {
			return a.At(i, j-half)
		}
		return rng.NormFloat64()
	}},
	{"zero", func(*rand.Rand, *mat.Dense, int, int) float64 { return 0 }},
}

// Solutions agree with the decomposition for wide, tall and square systems,
// regular ones, ones far from orthogonal, ones of a unit far from 1, and ones with
// repeated rows, repeated columns and zeros, whether the rows come at once or in
// parts.
func TestLeastSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, shape := range [][2]int{{1, 1}, {1, 7}, {7, 1}, {5, 12}, {12, 5}, {8, 8}, {40, 30}, {90, 120}, {150, 110}} {
		for _, kind := range systemsToSolve {
			n, d := shape[0], shape[1]
			a, b := mat.NewDense(n, d, nil), make([]float64, n)
			for i := range n {
				for j := range d {
					a.Set(i, j, float64(float32(kind.at(rng, a, i, j))))
				}
			}
			for i := range b {
				b[i] = rng.NormFloat64()
			}
			want := make([]float64, d)
			if kind.name != "zero" {
				want = slowPinv(a, b)
			}
			for _, step := range []int{n, (n + 2) / 3} {
				for j, got := range solvedInSteps(a, b, step) {
					if math.Abs(got-want[j]) > 1e-6*(1+math.Abs(want[j])) {
						t.Errorf("%d×%d %s: u[%d] = %v, want %v", n, d, kind.name, j, got, want[j])
					}
				}
			}
		}
	}
}

// solvedInSteps adds the rows of a one by one and solves after every step of them.
func solvedInSteps(a *mat.Dense, b []float64, step int) (u []float64) {
	n, d := a.Dims()
	l := NewLeastSquares(n, d)
	for i := range n {
		row := make([]float32, d)
		for j := range row {
			row[j] = float32(a.At(i, j))
		}
		if l.Add(row, b[i]); (i+1)%step == 0 || i == n-1 {
			u = l.Solve()
		}
	}
	return u
}

// Where columns depend on one another exactly, of small whole numbers whose products float32 holds, the null directions
// stay out of the solution; rows of zeros say nothing.
func TestDependentColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for _, c := range []struct{ n, d, rank int }{{3, 2, 1}, {8, 2, 1}, {6, 3, 2}, {12, 3, 2}, {32, 8, 4}, {64, 16, 15}, {64, 32, 31}} {
		for range 20 {
			a, b := mat.NewDense(c.n, c.d, nil), make([]float64, c.n)
			left, right := mat.NewDense(c.n, c.rank, nil), mat.NewDense(c.rank, c.d, nil)
			for _, m := range []*mat.Dense{left, right} {
				m.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(7) - 3) }, m)
			}
			a.Mul(left, right)
			for i := range b {
				b[i] = rng.NormFloat64()
			}
			for j, got := range solvedInSteps(a, b, c.n) {
				if want := slowPinv(a, b)[j]; math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%+v: u[%d] = %v, want %v", c, j, got, want)
				}
			}
		}
	}
}
