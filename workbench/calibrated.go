package workbench

import (
	"context"
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/solve"
)

// Settings of the Calibrated fit and search. Scores are warped to unit variance
// and vectors scaled to unit norm before any of them counts, so that none depends
// on a data set's units.
const (
	calibrationRows  = 64 // train queries whose pairs with all items place the curve's bins
	calibrationPairs = 1 << 20
	denseNoise       = 0.05 // s² at most where dense rows say what the vectors leave open
	querySlope       = 0.3  // prior deviation of a query's slope
	fewRows          = 5    // train queries, and
	fewEntries       = 1000 // entries, below which they say less than no scores at all
	rankFeatures     = 0.5  // prior variance along the dual encoder's vectors, without scores, and
	rankWithViews    = 0.25 // with views beside them
	rankNoise        = 0.3  // s² without scores
)

// fitCalibrated fits to all rows here.
func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
	c := newCalibration(d, g)
	rows := newFitRows(c)
	c.sum = func(ctx context.Context, s *FitStep) (*FitSums, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return rows.Sum(s, 0, len(g.Rows))
	}
	return c.fit(ctx, ix)
}

// withoutScores is the index when nothing, or too little, was observed: the prior is the rank in
// the dual encoder's list, and a query's own anchors are warped by their rank
// among themselves, so that with one round it is retrieve-and-rerank.
//
// Views are further features. That of Alone is expected to count: its coefficient is
// aloneMean, give or take 1, where those of others are 0.
func withoutScores(d *Dataset) (*Matrix, *Prior) {
	variance := rankFeatures
	views, h := relevantViews(d)
	if h.Cols > 0 {
		variance = rankWithViews
	}
	f := withOne(d.DE.Items, float32(math.Sqrt(variance))*inverse(rmsNorm(d.DE.Items)))
	p := &Prior{
		priorMeta: priorMeta{Noise: rankNoise, Slope: querySlope},
		Bias:      NewMatrix(len(d.Items), 1),
		Map:       NewMatrix(d.DE.Items.Cols+1, 1),
	}
	if h.Cols > 0 {
		f = sideBySide(f, h)
		p.Map = NewMatrix(d.DE.Items.Cols+1, f.Cols)
	}
	if views.Alone {
		p.Map.Row(0)[f.Cols-1] = aloneMean
	}
	return matrix(f), p
}

// sideBySide returns the rows (a_i, b_i).
func sideBySide(a, b f32.Mat) f32.Mat {
	m := f32.NewMat(a.Rows, a.Cols+b.Cols)
	for i := range m.Rows {
		copy(m.Row(i)[copy(m.Row(i), a.Row(i)):], b.Row(i))
	}
	return m
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
		estimates[i] = &calibratedEstimate{prior: ix.Prior, curves: curves[i], vector: x, place: ix.Prior.place(x),
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
