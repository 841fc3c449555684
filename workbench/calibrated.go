package workbench

import (
	"context"
	"math"
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
	rankFeatures     = 0.5  // prior variance along the dual encoder's vectors, without scores
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
func withoutScores(d *Dataset) (*Matrix, *Prior) {
	f := withOne(d.DE.Items, float32(math.Sqrt(rankFeatures))*inverse(rmsNorm(d.DE.Items)))
	return &Matrix{Rows: f.Rows, Cols: f.Cols, Data: f.Data}, &Prior{
		priorMeta: priorMeta{Noise: rankNoise, Slope: querySlope},
		Bias:      NewMatrix(len(d.Items), 1),
		Map:       NewMatrix(d.DE.Items.Cols+1, 1),
	}
}

// calibratedEstimate follows a query by the posterior over warped scores. Beside
// the index's features it has one of the query's own, its slope against the
// prior mean: Slope·(m − m̄), m̄ being the mean over the first round.
type calibratedEstimate struct {
	*posterior
	ix     *Index
	prior  []float32 // m(q, ·)
	center float32   // m̄
	items  []int     // A
	scores []float64 // a, not warped
}

func newCalibratedEstimate(ix *Index, _ int, prior []float32, o SearchOptions) estimate {
	e := &calibratedEstimate{ix: ix, prior: prior}
	e.posterior = newPosterior(ix.Features.Cols+1, min(o.Budget, ix.Features.Rows), e.features)
	return e
}

// features sets dst to anchor i's row.
func (e *calibratedEstimate) features(i int, dst []float32) {
	it, last := e.items[i], len(dst)-1
	copy(dst, e.ix.Features.Row(it))
	dst[last] = float32(e.ix.Prior.Slope) * (e.prior[it] - e.center)
}

func (e *calibratedEstimate) vector() ([]float32, float32) {
	last := len(e.u) - 1
	return e.u[:last], 1 + float32(e.ix.Prior.Slope)*e.u[last]
}

func (e *calibratedEstimate) observe(items []int, scores []float64) {
	if len(e.items) == 0 {
		for _, it := range items {
			e.center += e.prior[it] / float32(len(items))
		}
	}
	e.items, e.scores = append(e.items, items...), append(e.scores, scores...)
	noise := make([]float32, len(items))
	for i := range noise {
		noise[i] = float32(e.ix.Prior.Noise)
	}
	e.add(noise)
	e.solve(e.residuals())
}

// residuals returns a − m_A for the warped scores of all anchors.
func (e *calibratedEstimate) residuals() []float32 {
	r := make([]float32, len(e.items))
	for i, s := range e.scores {
		r[i] = float32(e.ix.Prior.Warp.At(s))
	}
	ranked := len(e.ix.Prior.Curve.X) == 0
	if ranked {
		r = ownRanks(e.scores)
	}
	mean := float32(0)
	for i, it := range e.items {
		r[i] -= e.prior[it]
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
	rankQuantiles(r)
	return r
}
