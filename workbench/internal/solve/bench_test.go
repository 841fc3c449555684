package solve

import (
	"math/rand/v2"
	"strings"
	"testing"

	"axn/workbench/internal/rough"
)

// BenchmarkRoughVectors adds 400 rows of 384 in four steps, and solves after each.
func BenchmarkRoughVectors(b *testing.B) {
	for _, kind := range rough.Kinds {
		b.Run(strings.ReplaceAll(kind.Name, " ", "_"), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(7, 7))
			v := kind.Make(rng, 600, 384)
			if r, turn := Span(v); turn {
				v = Turn(v, r)
			}
			y := make([]float64, 400)
			for i := range y {
				y[i] = rng.NormFloat64()
			}
			for b.Loop() {
				l := NewLeastSquares(400, v.Cols)
				for i := range y {
					if l.Add(v.Row(i), y[i]); (i+1)%100 == 0 {
						l.Solve()
					}
				}
			}
		})
	}
}
