// Package activation applies the element-wise functions of encoders and of what stands on them.
package activation

import (
	"math"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// Apply sets x to a(x), element by element.
func Apply(a hf.Activation, x []float32) {
	switch a {
	case hf.GELU:
		f32.Gelu(x)
	case hf.SiLU:
		f32.Silu(x)
	case hf.GELUTanh:
		geluTanh(x)
	case hf.ReLU:
		for i, v := range x {
			x[i] = max(v, 0)
		}
	case hf.Tanh:
		for i, v := range x {
			x[i] = float32(math.Tanh(float64(v)))
		}
	default:
		panic("unknown activation " + string(a))
	}
}

// geluTanh is x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), which is Silu(w·x)/w with w = 2·√(2/π)·(1 + 0.044715·x²). From
// |x| = 16 on w may stay, since Silu(w·x) is w·x or 0 there.
func geluTanh(x []float32) {
	const scale, cube, far = 1.5957691216057308, 0.044715, 16 * 16
	var w [256]float32
	for len(x) > 0 {
		part := x[:min(len(x), len(w))]
		for i, v := range part {
			w[i] = scale * (1 + cube*min(v*v, far))
			part[i] = v * w[i]
		}
		f32.Silu(part)
		for i := range part {
			part[i] /= w[i]
		}
		x = x[len(part):]
	}
}
