package workbench

import (
	"context"
	"math"

	"axn/workbench/internal/f32"
)

func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	p := &Prior{Bias: NewMatrix(len(d.Items), 1), Map: NewMatrix(d.DE.Items.Cols+1, d.DE.Items.Cols+1)}
	ix.Prior, ix.Features = p, NewMatrix(len(d.Items), 1)
	p.Noise = 0.03
	if g.Len() == 0 {
		p.Warp = Curve{X: []float64{0, 1}, Y: []float64{0, 1}}
		p.Curve = Curve{X: []float64{-1e6, 1e6}, Y: []float64{-1e6, 1e6}}
		return nil
	}
	p.Warp = fitWarp(g)
	var pts []point
	sims := make([][]float32, len(g.Rows))
	for r := range g.Rows {
		row := &g.Rows[r]
		sims[r] = make([]float32, len(d.Items))
		d.DE.similarities(sims[r], d.DE.Queries.Row(row.Query))
		for j, v := range row.Values {
			pts = append(pts, point{float64(sims[r][row.Item(j)]), p.Warp.At(float64(v)), float64(row.Weight(j))})
		}
	}
	p.Curve = fitCurve(pts)
	n := make([]float32, len(d.Items))
	dense := 0
	res := make([][]float32, len(g.Rows))
	for r := range g.Rows {
		row := &g.Rows[r]
		res[r] = make([]float32, row.Len())
		for j, v := range row.Values {
			it := row.Item(j)
			res[r][j] = float32(p.Warp.At(float64(v)) - p.Curve.At(float64(sims[r][it])))
			p.Bias.Data[it] += res[r][j]
			n[it]++
		}
		if row.Dense() {
			dense++
		}
	}
	for i := range n {
		p.Bias.Data[i] /= n[i] + 2
	}
	if dense == 0 {
		ix.Features = NewMatrix(len(d.Items), d.DE.Items.Cols+1)
		for i := range n {
			f := ix.Features.Row(i)
			f[0] = 1
			for j, v := range d.DE.Items.Row(i) {
				f[j+1] = .3 * v
			}
		}
		p.Noise = .1
		return nil
	}
	ix.Features = NewMatrix(len(d.Items), dense)
	c := 0
	for r := range g.Rows {
		if g.Rows[r].Dense() {
			for i, v := range res[r] {
				ix.Features.Row(i)[c] = (v - p.Bias.Data[i]) / float32(math.Sqrt(float64(dense)))
			}
			c++
		}
	}
	return nil
}

func calibratedPrior(ix *Index, queries []int, m f32.Mat) {
	for i, q := range queries {
		ix.Prior.mean(m.Row(i), ix.DE.Queries.Row(q), ix.DE.Items)
	}
}

// calibratedEstimate follows a query by the posterior over warped scores.
type calibratedEstimate struct {
	*posterior
	model *Prior
	prior []float32
}

func newCalibratedEstimate(ix *Index, query int, prior []float32, o SearchOptions) estimate {
	return &calibratedEstimate{newPosterior(ix.Features, min(o.Budget, ix.Features.Rows)), ix.Prior, prior}
}

func (e *calibratedEstimate) vector() []float32 { return e.u }

func (e *calibratedEstimate) observe(items []int, scores []float64) {
	resid, noise := make([]float32, len(items)), make([]float32, len(items))
	for i, it := range items {
		resid[i] = float32(e.model.Warp.At(scores[i])) - e.prior[it]
		noise[i] = float32(e.model.Noise)
	}
	e.posterior.observe(items, resid, noise)
}
