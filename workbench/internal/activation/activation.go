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
		for i, v := range x {
			u := float64(v)
			x[i] = float32(u / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(u+0.044715*u*u*u))))
		}
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
