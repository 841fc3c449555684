package calibrate

import (
	"context"
	"math"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

const (
	deviatingFeatures = 5     // leading features an item may deviate in from what its vector says
	deviationSpread   = 0.003 // prior variance of a deviation
	deviationRows     = 64    // rows worked on at a time
)

// deviations looks at all observed entries once more, knowing every query's place
// among the features: what is left is each item's own. It gives the free biases,
// the deviations of the leading features (ridge regression, item by item) and, of
// dense rows, one feature each: their residuals, divided by the root of how many
// there are, so that their inner products are the residuals' covariance. It
// finishes the prior's mean and returns the dense rows.
func (c *fit) deviations(ctx context.Context) ([]RowOutput, error) {
	sums, err := c.ask(ctx, stageDeviations, nil)
	if err != nil {
		return nil, err
	}
	e := c.step.Effects
	c.out.Evidence = f32.View(sums.Vector, c.in.Items.Rows, evidenceCols(deviatingIn(e.Root.Cols)))
	own := c.ownBiases(ctx)
	c.step.Own = own
	c.out.Bias = make([]float32, c.in.Items.Rows)
	for i := range c.out.Bias {
		c.out.Bias[i] = e.Bias[i] + own.Row(i)[0]
	}
	c.out.Map = c.queryMap(e.Place)
	return sums.Rows, nil
}

// ownBiases solves for each item's free bias and deviations, |I|×(k+1).
func (c *fit) ownBiases(ctx context.Context) f32.Mat {
	own := f32.NewMat(c.in.Items.Rows, 1+deviatingIn(c.step.Effects.Root.Cols))
	solve := solveOwn
	if ablate.Off(ctx, ablate.Deviations) {
		solve = solveBias
	}
	cores.Each(own.Rows, func(i int) { solve(own.Row(i), c.out.Evidence.Row(i), c.step.Effects.Noise, c.step.Effects.Spread) })
	return own
}

// join sets the deviating features and the dense rows' residuals side by side, in
// the fitted features' own place if there are no dense rows.
func (c *fit) join(dense []RowOutput) f32.Mat {
	e, own := c.step.Effects, c.step.Own
	all := c.features(e)
	c.made = f32.Mat{}
	features := all
	if len(dense) > 0 {
		features = f32.NewMat(all.Rows, all.Cols+len(dense))
	}
	scale := float32(1 / math.Sqrt(float64(max(len(dense), 1))))
	cores.Each(features.Rows, func(i int) {
		row, dev := features.Row(i), own.Row(i)
		e.deviate(row[:all.Cols], all.Row(i), dev)
		for j, fit := range dense {
			row[all.Cols+j] = scale * (fit.Values[i] - dev[0] - f32.Dot(dev[1:], fit.Head))
		}
	})
	return features
}
