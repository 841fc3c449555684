package activation

import (
	"math"
	"testing"

	"axn/workbench/internal/hf"
)

// TestApply compares every function with the same in float64, far from zero too.
func TestApply(t *testing.T) {
	plain := map[hf.Activation]func(x float64) float64{
		hf.GELU:     func(x float64) float64 { return x / 2 * math.Erfc(-x/math.Sqrt2) },
		hf.GELUTanh: func(x float64) float64 { return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x))) },
		hf.ReLU:     func(x float64) float64 { return max(x, 0) },
		hf.Tanh:     math.Tanh,
		hf.SiLU:     func(x float64) float64 { return x / (1 + math.Exp(-x)) },
	}
	var x []float32
	for v := -30.0; v <= 30; v += 1.0 / 64 {
		x = append(x, float32(v))
	}
	for _, far := range []float32{0, 1e-20, 1e4, 1e10, 1e20, 1e35} {
		x = append(x, far, -far)
	}
	for a, want := range plain {
		got := append([]float32(nil), x...)
		Apply(a, got)
		for i, v := range got {
			w := want(float64(x[i]))
			if !(math.Abs(float64(v)-w) <= 1e-6*max(1, math.Abs(float64(x[i])))) {
				t.Errorf("%s of %v is %v, want %v", a, x[i], v, w)
			}
		}
	}
	nan := []float32{float32(math.NaN())}
	if Apply(hf.GELUTanh, nan); nan[0] == nan[0] {
		t.Errorf("GELU of NaN is %v", nan[0])
	}
}

func BenchmarkApply(b *testing.B) {
	x := make([]float32, 3072)
	for _, a := range []hf.Activation{hf.GELU, hf.GELUTanh, hf.SiLU} {
		b.Run("activation="+string(a), func(b *testing.B) {
			for b.Loop() {
				for i := range x {
					x[i] = float32(i)/512 - 3
				}
				Apply(a, x)
			}
		})
	}
}
