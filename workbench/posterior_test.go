package workbench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

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

// However anchors arrive, before, at and beyond as many as there are features,
// u is the slow solution for all of them.
func TestPosterior(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	for _, p := range []int{1, 7, 40} {
		features := normals(rng, 300, p)
		post := newPosterior(p, 120)
		var rows, resid, noise []float64
		items := rng.Perm(300)
		for at, size := range []int{1, 3, 5, 30, 1, 60, 20} {
			batch := items[:size]
			items = items[size:]
			r, s := make([]float32, size), make([]float32, size)
			for i, it := range batch {
				r[i], s[i] = float32(rng.NormFloat64()), float32(.05+rng.Float64())
				resid, noise = append(resid, float64(r[i])), append(noise, float64(s[i]))
				for _, v := range features.Row(it) {
					rows = append(rows, float64(v))
				}
			}
			post.observe(features.Select(batch).view(), r, s)
			want := slowPosterior(mat.NewDense(len(resid), p, rows), resid, noise)
			for j := range want {
				if math.Abs(float64(post.u[j])-want[j]) > 1e-4*(1+math.Abs(want[j])) {
					t.Fatalf("p = %d, batch %d: u[%d] = %v, want %v", p, at, j, post.u[j], want[j])
				}
			}
		}
		if (post.primal != nil) != (120 > p) {
			t.Errorf("p = %d: primal form %v", p, post.primal != nil)
		}
	}
}

// With endless noise evidence moves nothing.
func TestPosteriorEndlessNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(52, 1))
	post := newPosterior(8, 20)
	post.observe(normals(rng, 3, 8).view(), []float32{5, -5, 5}, []float32{1e12, 1e12, 1e12})
	if n := f32.SqNorm(post.u); n > 1e-15 {
		t.Errorf("|u|² = %v", n)
	}
}

// Identical items and no noise make the Gram matrix singular; the answer stays
// finite and fits the mean of what was seen.
func TestPosteriorSingular(t *testing.T) {
	for _, n := range []int{3, 30} {
		features := NewMatrix(50, 10)
		for i := range features.Data {
			features.Data[i] = 1
		}
		post := newPosterior(10, n)
		items, resid, noise := make([]int, n), make([]float32, n), make([]float32, n)
		for i := range items {
			items[i], resid[i], noise[i] = i, float32(1+i%3), 1e-9
		}
		post.observe(features.Select(items).view(), resid, noise)
		got := f32.Dot(post.u, features.Row(0))
		if math.Abs(float64(got)-2) > .02 {
			t.Errorf("%s: fitted %v, the mean is 2", fmt.Sprint(n, " anchors"), got)
		}
	}
}
