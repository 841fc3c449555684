package workbench

import (
	"fmt"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Prior is what Calibrated expects of a query's warped scores before any call is
// spent, and how sure it is. With F₀ the first columns of the index's features,
// as many as Map has,
//
//	m(q, i) = Curve(x_q·v_i) + Bias_i + (1, x_q)·Map·F₀_iᵀ
//
// A prior without a Curve, made without scores, takes the normal quantile of the
// item's rank in the dual encoder's list instead.
type Prior struct {
	priorMeta
	Bias *Matrix // |I|×1, what an item scores above the curve
	Map  *Matrix // (d+1)×p₀, from the query's vector to its place among the features
}

type priorMeta struct {
	Warp   Curve   // from cross-encoder scores to normal scores
	Curve  Curve   // from the dual encoder's score to the warped score
	Spread Curve   // from the dual encoder's score to the deviation of warped scores from m
	Noise  float64 // s², the variance of a warped score around the model
	Slope  float64 // prior deviation of a query's own slope against the curve, around 1
}

func (p *Prior) arrays() []namedArray { return []namedArray{{"bias", &p.Bias}, {"map", &p.Map}} }

func (p *Prior) check(items, d, features int) error {
	if p.Bias == nil || p.Map == nil || p.Bias.Rows != items || p.Bias.Cols != 1 || p.Map.Rows != d+1 || p.Map.Cols > features {
		return fmt.Errorf("%w: prior of %d items, %d dimensions, %d features has bias %v and map %v", ErrShape, items, d, features, p.Bias, p.Map)
	}
	if err := p.Warp.check(); err != nil {
		return err
	}
	if err := p.Spread.check(); err != nil {
		return err
	}
	return p.Curve.check()
}

// optimism is how many deviations above its expected score an item is taken to be
// when a round chooses: where scores spread more, more of them reach the top.
const optimism = 1.5

// calibratedPrior sets m to the prior means of a block of queries and bonus to
// what choosing adds to them.
func calibratedPrior(ix *Index, queries []int, m, bonus f32.Mat) {
	p, x := ix.Prior, ix.DE.Queries.Select(queries)
	multiply(m, x.view(), ix.itemPanels(), false)
	parallel(m.Rows, func(q int) {
		sims := m.Row(q)
		if len(p.Curve.X) == 0 {
			rankQuantiles(sims)
			return
		}
		for i, sim := range sims {
			bonus.Row(q)[i] = optimism * float32(p.Spread.At(float64(sim)))
			sims[i] = float32(p.Curve.At(float64(sim))) + p.Bias.Data[i]
		}
	})
	place := f32.NewMat(m.Rows, ix.Features.Cols)
	f32.Mul(place.Sub(0, 0, m.Rows, p.Map.Cols), withOne(x, 1), p.Map.view(), threads())
	multiply(m, place, ix.panels(), true)
}

// rankQuantiles replaces values by the normal quantiles of their ranks; of equal
// values the first ranks higher.
func rankQuantiles(x []float32) {
	n := len(x)
	for rank, i := range topk.Select(x, n, nil) {
		x[i] = float32(normalQuantile((float64(n-rank) - .5) / float64(n)))
	}
}

// withOne returns the rows (1, scale·x).
func withOne(x *Matrix, scale float32) f32.Mat {
	m := f32.NewMat(x.Rows, x.Cols+1)
	for i := range x.Rows {
		m.Row(i)[0] = 1
		f32.Axpy(scale, x.Row(i), m.Row(i)[1:])
	}
	return m
}
