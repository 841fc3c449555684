package adamw

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/f32"
)

// Steps agree with the algorithm as PyTorch documents it, written out in float64.
func TestMove(t *testing.T) {
	const rate, n = 0.01, 5
	rng := rand.New(rand.NewPCG(1, 1))
	params, m, v := make([]float32, n), make([]float64, n), make([]float64, n)
	for i := range params {
		params[i] = float32(rng.NormFloat64())
	}
	want := make([]float64, n)
	for i, p := range params {
		want[i] = float64(p)
	}
	o, moments := New(rate), NewMoments(n)
	for step := 1; step <= 50; step++ {
		gradient := make([]float32, n)
		for i := range gradient {
			gradient[i] = float32(rng.NormFloat64())
		}
		if step%3 == 0 {
			clear(gradient)
		}
		for i := range want {
			g := float64(gradient[i])
			want[i] -= rate * 0.01 * want[i]
			m[i] = 0.9*m[i] + 0.1*g
			v[i] = 0.999*v[i] + 0.001*g*g
			mHat, vHat := m[i]/(1-math.Pow(0.9, float64(step))), v[i]/(1-math.Pow(0.999, float64(step)))
			want[i] -= rate * mHat / (math.Sqrt(vHat) + 1e-8)
		}
		o.Next()
		o.Move(params[:2], gradient[:2], moments.Slice(0, 2))
		o.Move(params[2:], gradient[2:], moments.Slice(2, n))
		for i := range want {
			if math.Abs(float64(params[i])-want[i]) > 1e-6 {
				t.Fatalf("step %d, parameter %d: %v, want %v", step, i, params[i], want[i])
			}
		}
	}
}

// Rows whose steps wait end, but for rounding, where rows end that take every step at
// its time.
func TestRows(t *testing.T) {
	const rate, rows, cols = 0.01, 7, 19
	rng := rand.New(rand.NewPCG(2, 1))
	x := f32.NewMat(rows, cols)
	for i := range x.Data {
		x.Data[i] = float32(rng.NormFloat64())
	}
	want := f32.View(slices.Clone(x.Data), rows, cols)
	lazy, eager, moments := New(rate), New(rate), NewMoments(len(x.Data))
	r := NewRows(lazy, x)
	for range 60 {
		gradients := f32.NewMat(rows, cols)
		touched := []int{0, 1 + rng.IntN(rows-2)} // row 0 always, the last one never
		for _, i := range touched {
			for j := range cols {
				gradients.Row(i)[j] = float32(rng.NormFloat64())
			}
			r.Settle(i)
		}
		lazy.Next()
		eager.Next()
		eager.Move(want.Data, gradients.Data, moments)
		for _, i := range touched {
			r.Move(i, gradients.Row(i))
		}
	}
	for i := range rows {
		r.Settle(i)
	}
	for i, v := range x.Data {
		if math.Abs(float64(v-want.Data[i])) > 1e-6 {
			t.Errorf("row %d, value %d: %v, want %v", i/cols, i%cols, v, want.Data[i])
		}
	}
}
