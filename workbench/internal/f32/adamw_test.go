package f32

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var adamwSteps = []AdamWStep{
	{Beta1: .9, Take1: .1, Beta2: .999, Take2: .001, Keep: .99, Rate: .02, Root: 30, Epsilon: 1e-8},
	{Beta1: .9, Take1: .1, Beta2: .999, Take2: .001, Keep: .99, Rate: .015, Root: 20, Epsilon: 1e-8},
	{Beta1: .9, Take1: .1, Beta2: .999, Take2: .001, Keep: .99, Rate: .012, Root: 15, Epsilon: 1e-8},
}

// guardedParameters are n parameters, their gradient and running means.
func guardedParameters(r *rand.Rand, n int) (p, g, mean, square guarded) {
	p, g, mean, square = newGuarded(r, n), newGuarded(r, n), newGuarded(r, n), newGuarded(r, n)
	for i, v := range square.v {
		square.v[i] = v * v
	}
	return p, g, mean, square
}

// Every level takes the step that Go takes, bit for bit, and nothing beside it.
func TestAdamW(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			p, g, mean, square := guardedParameters(r, n)
			want := [][]float32{slices.Clone(p.v), slices.Clone(mean.v), slices.Clone(square.v)}
			for i, x := range g.v {
				want[1][i] = float32(.9*want[1][i]) + float32(.1*x)
				want[2][i] = float32(.999*want[2][i]) + float32(float32(.001*x)*x)
				root := float32(math.Sqrt(float64(want[2][i])))
				want[0][i] = float32(.99*want[0][i]) - float32(.02*want[1][i])/(float32(root*30)+1e-8)
			}
			AdamW(p.v, g.v, mean.v, square.v, &adamwSteps[0])
			sameParameters(t, n, want, p, mean, square, g)
		}
	})
}

// Every level takes the steps that Go takes, bit for bit, and, but for rounding,
// those of AdamW with a gradient of zero.
func TestAdamWStill(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			steps := adamwSteps[:n%4]
			p, g, mean, square := guardedParameters(r, n)
			clear(g.v)
			want := [][]float32{slices.Clone(p.v), slices.Clone(mean.v), slices.Clone(square.v)}
			singly := [][]float32{slices.Clone(p.v), slices.Clone(mean.v), slices.Clone(square.v)}
			adamwStillGo(want[0], want[1], want[2], steps, float32(math.Sqrt(float64(float32(.999)))))
			for k := range steps {
				AdamW(singly[0], g.v, singly[1], singly[2], &steps[k])
			}
			start := slices.Clone(p.v)
			AdamWStill(p.v, mean.v, square.v, steps)
			sameParameters(t, n, want, p, mean, square, g)
			sameParameters(t, n, [][]float32{p.v, singly[1], singly[2]}, p, mean, square)
			for i, v := range p.v {
				if math.Abs(float64(v-singly[0][i])) > 1e-6*(math.Abs(float64(v))+math.Abs(float64(start[i]))) {
					t.Fatalf("n=%d, %d steps: %v, singly %v", n, len(steps), v, singly[0][i])
				}
			}
		}
	})
}

// sameParameters compares p, mean and square with what is wanted, and looks at all guards.
func sameParameters(t *testing.T, n int, want [][]float32, got ...guarded) {
	t.Helper()
	for k, x := range got {
		if k < len(want) && !slices.Equal(x.v, want[k]) {
			t.Fatalf("n=%d: %d is %v, want %v", n, k, x.v, want[k])
		}
		if err := x.check(); err != nil {
			t.Fatalf("n=%d: %v", n, err)
		}
	}
}
