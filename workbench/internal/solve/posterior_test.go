package solve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

func normalRows(rng *rand.Rand, rows, cols int) f32.Mat {
	m := f32.NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

// slowPosterior solves the first form in float64.
func slowPosterior(f *mat.Dense, resid, noise []float64) []float64 {
	n, p := f.Dims()
	var k mat.Dense
	k.Mul(f, f.T())
	for i := range n {
		k.Set(i, i, k.At(i, i)+noise[i])
	}
	var alpha mat.VecDense
	if err := alpha.SolveVec(&k, mat.NewVecDense(n, resid)); err != nil {
		panic(err)
	}
	u := mat.NewVecDense(p, nil)
	u.MulVec(f.T(), &alpha)
	return u.RawVector().Data
}

// add adds anchors with these features.
func add(post *Posterior, features f32.Mat, noise []float32) {
	next := post.Next(features.Rows)
	for i := range features.Rows {
		copy(next.Row(i), features.Row(i))
	}
	post.Add(noise)
}

// However anchors arrive, before, at and beyond as many as there are features,
// u is the slow solution for all of them, and for other residuals of the same.
func TestPosterior(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	for _, p := range []int{1, 7, 40, 100, 200, 40} {
		features := normalRows(rng, 120, p)
		post := NewPosterior(p, 120)
		n := 0
		for at, size := range []int{1, 3, 5, 30, 1, 60, 20} {
			added := make([]float32, size)
			for i := range added {
				added[i] = float32(.05 + rng.Float64())
			}
			add(post, features.RowRange(n, n+size), added)
			n += size
			for range 2 {
				resid, wide := make([]float32, n), make([]float64, n)
				for i := range resid {
					resid[i] = float32(rng.NormFloat64())
					wide[i] = float64(resid[i])
				}
				post.Solve(resid)
				checkPosterior(t, post, features, wide, fmt.Sprintf("p = %d, batch %d", p, at))
			}
		}
		if (post.primal.n > 0) != (120 > 3*p/2) {
			t.Errorf("p = %d: %d anchors in the primal form", p, post.primal.n)
		}
		post.Release() // the next one has its memory, and whatever is left in it
	}
}

func checkPosterior(t *testing.T, post *Posterior, features f32.Mat, resid []float64, where string) {
	t.Helper()
	rows, noise := mat.NewDense(len(resid), features.Cols, nil), make([]float64, len(resid))
	for i := range resid {
		noise[i] = float64(post.noise[i])
		for j, v := range features.Row(i) {
			rows.Set(i, j, float64(v))
		}
	}
	for j, want := range slowPosterior(rows, resid, noise) {
		if math.Abs(float64(post.U[j])-want) > 1e-4*(1+math.Abs(want)) {
			t.Fatalf("%s: u[%d] = %v, want %v", where, j, post.U[j], want)
		}
	}
}

// With endless noise evidence moves nothing.
func TestPosteriorEndlessNoise(t *testing.T) {
	features := normalRows(rand.New(rand.NewPCG(52, 1)), 3, 8)
	post := NewPosterior(8, 20)
	add(post, features, []float32{1e12, 1e12, 1e12})
	post.Solve([]float32{5, -5, 5})
	if n := f32.SqNorm(post.U); n > 1e-15 {
		t.Errorf("|u|² = %v", n)
	}
}

// Identical items and no noise make the Gram matrix singular; the answer stays
// finite and fits the mean of what was seen.
func TestPosteriorSingular(t *testing.T) {
	for _, n := range []int{3, 30} {
		post := NewPosterior(10, n)
		ones := f32.NewMat(n, 10)
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		resid, noise := make([]float32, n), make([]float32, n)
		for i := range resid {
			resid[i], noise[i] = float32(1+i%3), 1e-9
		}
		add(post, ones, noise)
		post.Solve(resid)
		got := 0.0
		for _, v := range post.U {
			got += float64(v)
		}
		if math.Abs(got-2) > .02 {
			t.Errorf("%d anchors: fitted %v, the mean is 2", n, got)
		}
	}
}
