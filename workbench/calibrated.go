package workbench

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/solve"
)

// fitCalibrated fits to all rows here.
func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
	return ix.setFitted(calibrate.Fit(ctx, problemOf(d, g)))
}

// FactorizeRows is Factorize by Calibrated with the work that grows with the observed entries
// done by sum: it does a step for all rows of the problem that FactorizeProblem gives, in
// whatever parts and wherever. One process does the same as Factorize; in more parts sums
// differ by rounding.
func FactorizeRows(ctx context.Context, d *Dataset, g *Scores, sum func(context.Context, *calibrate.Step) (*calibrate.Sums, error)) (*Index, error) {
	ix, err := factorizeBy(ctx, d, g, FactorizeOptions{Method: Calibrated}, func(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
		return ix.setFitted(calibrate.FitBy(ctx, problemOf(d, g), sum))
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return ix, nil
}

// FactorizeProblem is what a Calibrated fit makes of a data set and scores, for those who do
// the steps of FactorizeRows. It checks that the two fit together.
func FactorizeProblem(d *Dataset, g *Scores) (*calibrate.Problem, error) {
	if err := g.Check(d); err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return problemOf(d, g), nil
}

// problemOf shows a data set and scores to the fit.
func problemOf(d *Dataset, g *Scores) *calibrate.Problem {
	in := &calibrate.Problem{Queries: d.DE.Queries.view(), Items: d.DE.Items.view(), Alone: d.Alone != nil}
	for _, v := range d.Views {
		in.Views = append(in.Views, v.Items.view())
	}
	if d.Alone != nil {
		in.Views = append(in.Views, d.Alone.view())
	}
	for i := range g.Rows {
		r := &g.Rows[i]
		in.Rows = append(in.Rows, calibrate.Row{Query: r.Query, Items: r.Items, Values: r.Values})
	}
	return in
}

// setFitted takes what a fit has learnt.
func (ix *Index) setFitted(f *calibrate.Fitted, err error) error {
	if err != nil {
		return err
	}
	ix.Features = matrixOf(f.Features)
	ix.Prior = &Prior{Bias: &Matrix{Rows: len(f.Bias), Cols: 1, Data: f.Bias}, Map: matrixOf(f.Map),
		priorMeta: priorMeta{Warp: Curve(f.Warp), Curve: Curve(f.Curve), Spread: Curve(f.Spread), Noise: f.Noise, Slope: f.Slope}}
	ix.Prior.grown(f)
	return nil
}

// calibratedEstimate follows a query by the posterior over warped scores. Beside
// the index's features it has one of the query's own, its slope against the
// prior mean: Slope·(m − m̄), m̄ being the mean over the first round.
type calibratedEstimate struct {
	*solve.Posterior
	prior  *Prior
	curves *curve.Pair // the prior's mean and spread by x_q·v
	vector []float32   // x_q
	place  []float32   // (1, x_q)·Map
	center float32     // m̄
	means  []float32   // m_A
	scores []float64   // a, not warped
}

func calibratedEstimates(ctx context.Context, ix *Index, items shelf.Shelf, queries []int, o SearchOptions) ([]estimate, error) {
	curves, err := ix.Prior.curves(ctx, items, ix.DE.Queries.Select(queries))
	if err != nil {
		return nil, err
	}
	n, p := items.Size()
	estimates := make([]estimate, len(queries))
	cores.Each(len(queries), func(i int) {
		x := ix.DE.Queries.Row(queries[i])
		estimates[i] = &calibratedEstimate{prior: ix.Prior, curves: curves[i], vector: x, place: ix.Prior.placeOf(x),
			Posterior: solve.NewPosterior(p+1, min(o.Budget, n))}
	})
	return estimates, nil
}

func (e *calibratedEstimate) probe(optimism float64) shelf.Probe {
	last := len(e.U) - 1
	slope := 1 + float32(e.prior.Slope)*e.U[last]
	place := slices.Clone(e.U[:last])
	f32.Axpy(slope, e.place, place[:len(e.place)])
	return shelf.Probe{Place: place, Vector: e.vector, Curve: e.curves.Sum(float64(slope), optimism), Slope: slope}
}

func (e *calibratedEstimate) observe(items shelf.Rows, scores []float64) {
	means := e.expect(items)
	if len(e.scores) == 0 {
		for _, m := range means {
			e.center += m / float32(len(means))
		}
	}
	rows, noise := f32.NewMat(len(scores), len(e.U)), make([]float32, len(scores))
	for i := range scores {
		copy(rows.Row(i), items.Features.Row(i))
		rows.Row(i)[len(e.U)-1] = float32(e.prior.Slope) * (means[i] - e.center)
		noise[i] = float32(e.prior.Noise)
	}
	e.means, e.scores = append(e.means, means...), append(e.scores, scores...)
	e.Add(rows, noise)
	e.Solve(e.residuals())
}

// expect returns the items' prior means.
func (e *calibratedEstimate) expect(items shelf.Rows) []float32 {
	n := len(items.Bias)
	sims, means := f32.NewMat(1, n), f32.NewMat(1, n)
	f32.MulT(sims, f32.View(e.vector, 1, len(e.vector)), items.Vectors, 1)
	f32.MulT(means, f32.View(e.place, 1, len(e.place)), items.Features.Sub(0, 0, n, len(e.place)), 1)
	e.curves.Sum(1, 0).Add(means.Data, sims.Data)
	f32.Axpy(1, items.Bias, means.Data)
	return means.Data
}

// residuals returns a − m_A for the warped scores of all anchors.
func (e *calibratedEstimate) residuals() []float32 {
	r := make([]float32, len(e.scores))
	for i, s := range e.scores {
		r[i] = float32(e.prior.Warp.At(s))
	}
	ranked := len(e.prior.Curve.X) == 0
	if ranked {
		r = ownRanks(e.scores)
	}
	mean := float32(0)
	for i, m := range e.means {
		r[i] -= m
		mean += r[i] / float32(len(r))
	}
	for i := range r {
		if ranked { // ranks among the best say nothing of the level
			r[i] -= mean
		}
	}
	return r
}

// ownRanks returns the normal quantiles of the scores' ranks among themselves.
func ownRanks(scores []float64) []float32 {
	r := make([]float32, len(scores))
	for i, s := range scores {
		r[i] = float32(s)
	}
	curve.ByRank(r)
	return r
}
