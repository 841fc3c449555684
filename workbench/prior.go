package workbench

import (
	"fmt"

	"axn/workbench/internal/f32"
)

// Prior is what Calibrated expects of a query's scores before any call is spent:
//
//	m(q, i) = Curve(x_q·v_i) + (x_q, 1)·Map·(1, v_i)ᵀ + Bias_i
type Prior struct {
	priorMeta
	Bias *Matrix // |I|×1, what an item scores above the rest
	Map  *Matrix // (d+1)×(d+1), from the query's vector to its offset and direction
}

type priorMeta struct {
	Warp  Curve   // from cross-encoder scores to normal scores
	Curve Curve   // from the dual encoder's score to the cross-encoder's
	Noise float64 // s², the variance of a score around the model, in squared score units
}

func (p *Prior) arrays() []namedArray { return []namedArray{{"bias", &p.Bias}, {"map", &p.Map}} }

func (p *Prior) check(items, d int) error {
	if p.Bias == nil || p.Map == nil || p.Bias.Rows != items || p.Bias.Cols != 1 || p.Map.Rows != d+1 || p.Map.Cols != d+1 {
		return fmt.Errorf("%w: prior of %d items in %d dimensions has bias %v and map %v", ErrShape, items, d, p.Bias, p.Map)
	}
	return p.Curve.check()
}

// mean sets dst to m(q, ·) for the query vector x.
func (p *Prior) mean(dst, x []float32, items *Matrix) {
	d := len(x)
	z := make([]float32, d+1)
	copy(z, p.Map.Row(d))
	for j, v := range x {
		for i, w := range p.Map.Row(j) {
			z[i] += v * w
		}
	}
	f32.Gemv(dst, items.view(), x)
	shift := make([]float32, len(dst))
	f32.Gemv(shift, items.view(), z[1:])
	for i := range dst {
		dst[i] = float32(p.Curve.At(float64(dst[i]))) + z[0] + shift[i] + p.Bias.Data[i]
	}
}
