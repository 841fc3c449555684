package f32

import (
	"math"
	"slices"
	"testing"
)

// Every level takes the step that Go takes, bit for bit, and nothing beside it.
func TestAdamW(t *testing.T) {
	step := &AdamWStep{Beta1: .9, Take1: .1, Beta2: .999, Take2: .001, Keep: .99, Rate: .02, Root: 30, Epsilon: 1e-8}
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			for _, still := range []bool{false, true} {
				p, g, mean, square := newGuarded(r, n), newGuarded(r, n), newGuarded(r, n), newGuarded(r, n)
				for i, v := range square.v {
					square.v[i] = v * v
				}
				gradient := g.v
				if still {
					gradient = nil
				}
				want := [][]float32{slices.Clone(p.v), slices.Clone(mean.v), slices.Clone(square.v)}
				for i := range n {
					x := float32(0)
					if !still {
						x = g.v[i]
					}
					want[1][i] = float32(.9*want[1][i]) + float32(.1*x)
					want[2][i] = float32(.999*want[2][i]) + float32(float32(.001*x)*x)
					root := float32(math.Sqrt(float64(want[2][i])))
					want[0][i] = float32(.99*want[0][i]) - float32(.02*want[1][i])/(float32(root*30)+1e-8)
				}
				AdamW(p.v, gradient, mean.v, square.v, step)
				for k, got := range [][]float32{p.v, mean.v, square.v} {
					if !slices.Equal(got, want[k]) {
						t.Fatalf("n=%d, still %v: %d is %v, want %v", n, still, k, got, want[k])
					}
				}
				for _, x := range []guarded{p, g, mean, square} {
					if err := x.check(); err != nil {
						t.Fatalf("n=%d: %v", n, err)
					}
				}
			}
		}
	})
}
