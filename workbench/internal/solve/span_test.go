package solve

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/rough"
)

// TestRoughVectors: on every kind of vectors, with fewer, as many and more anchors than
// columns, the regression over turned vectors gives all items the scores that the float64
// pseudo-inverse gives them, and finds them without falling back to it.
func TestRoughVectors(t *testing.T) {
	const items = 300
	for at, kind := range slices.Repeat(rough.Kinds, 2) {
		d, most := 24, 80
		if at >= len(rough.Kinds) {
			d, most = 100, 200
		}
		t.Run(kind.Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, uint64(at)))
			v := kind.Make(rng, items, d)
			features := v
			if r, turn := Span(v); turn {
				features = Turn(v, r)
			}
			l, b, order := NewLeastSquares(items, features.Cols), []float64{}, rng.Perm(items)
			for n, it := range order[:most] {
				b = append(b, rng.NormFloat64())
				l.Add(features.Row(it), b[n])
				if (n+1)%(most/5) > 0 {
					continue
				}
				want, got := slowScores(v, order[:n+1], b), make([]float64, items)
				f32.GemvWide(got, features, l.Solve())
				floats.Sub(got, want)
				if worst := floats.Norm(got, math.Inf(1)); worst > 1e-6*floats.Norm(want, math.Inf(1)) {
					t.Errorf("%d anchors: a score is off by %v, the largest is %v", n+1, worst, floats.Norm(want, math.Inf(1)))
				}
			}
			if l.slow > 0 {
				t.Errorf("%d of 5 solutions were by the slow way", l.slow)
			}
		})
	}
}

// slowScores are V·A⁺b.
func slowScores(v f32.Mat, anchors []int, b []float64) []float64 {
	a := mat.NewDense(len(anchors), v.Cols, nil)
	for i, it := range anchors {
		for j, x := range v.Row(it) {
			a.Set(i, j, float64(x))
		}
	}
	scores := make([]float64, v.Rows)
	f32.GemvWide(scores, v, slowPinv(a, b))
	return scores
}

// TestSpan: vectors are turned where columns depend on one another, to orthonormal axes, as
// many as the rank.
func TestSpan(t *testing.T) {
	ranks := map[string]int{"full rank": 0, "two dead columns and rank d-3": 21, "rank d/2": 12, "repeated columns": 12, "rank d/2, float16": 24}
	for at, kind := range rough.Kinds {
		want, ok := ranks[kind.Name]
		if !ok {
			continue
		}
		r, turn := Span(kind.Make(rand.New(rand.NewPCG(8, uint64(at))), 1100, 24))
		if turn != (want > 0) || r.Cols != want {
			t.Errorf("%s: %d axes, turned %t; want %d", kind.Name, r.Cols, turn, want)
		}
		for i := range r.Cols {
			for j := range r.Cols {
				dot := 0.0
				for k := range r.Rows {
					dot += float64(r.Row(k)[i]) * float64(r.Row(k)[j])
				}
				if i == j {
					dot--
				}
				if math.Abs(dot) > 1e-6 {
					t.Errorf("%s: axes %d and %d: %v", kind.Name, i, j, dot)
				}
			}
		}
	}
	if r, turn := Span(f32.NewMat(10, 3)); !turn || r.Cols != 1 {
		t.Error("zeros:", r.Cols, turn)
	}
}
