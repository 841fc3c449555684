package workbench

import (
	"context"
	"math"
	"slices"

	"axn/workbench/internal/f32"
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

// calibration is one fit of Calibrated under way.
type calibration struct {
	d     *Dataset
	g     *Scores
	scale float32 // of query vectors, to root mean square norm 1
	phi   f32.Mat // |I|×(d+1): (1, v_i), v_i scaled to root mean square norm 1
	x     f32.Mat // rows of g × (d+1): (1, x_q), scaled
	bins  *bins
	prior *Prior
}

// fitCalibrated learns, one after the other: the warp of scores, the curve from
// the dual encoder's score, the mixed model of what is left (an offset and a
// direction per query, a bias per item), and what each item does beyond it.
func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
	if len(g.Rows) < fewRows || g.Len() < fewEntries {
		ix.Features, ix.Prior = withoutScores(d)
		return nil
	}
	c := newCalibration(d, g)
	rows := c.sample()
	if len(c.prior.Warp.X) < 2 { // all scores are the same
		ix.Features, ix.Prior = withoutScores(d)
		return nil
	}
	m := newMixed(c.phi, c.x, rows)
	for range mixedSweeps {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.sweep()
	}
	c.prior.Noise = m.noise
	ix.Features, ix.Prior = c.deviations(m.model()), c.prior
	if ix.Features.Cols > c.phi.Cols {
		c.prior.Noise = min(c.prior.Noise, denseNoise)
	}
	c.spread(ix, rows)
	return ctx.Err()
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

func newCalibration(d *Dataset, g *Scores) *calibration {
	queries := make([]int, len(g.Rows))
	for r := range g.Rows {
		queries[r] = g.Rows[r].Query
	}
	x := d.DE.Queries.Select(queries)
	c := &calibration{d: d, g: g, scale: inverse(rmsNorm(x))}
	c.phi, c.x = withOne(d.DE.Items, inverse(rmsNorm(d.DE.Items))), withOne(x, c.scale)
	c.prior = &Prior{priorMeta: priorMeta{Slope: querySlope}}
	c.bins = newBins(c.similarities())
	return c
}

// rmsNorm is the root mean square of the rows' norms.
func rmsNorm(m *Matrix) float64 {
	sum := 0.0
	for i := range m.Rows {
		sum += float64(f32.SqNorm(m.Row(i)))
	}
	return math.Sqrt(sum / float64(max(m.Rows, 1)))
}

// inverse is 1/x, and 0 for 0.
func inverse(x float64) float32 {
	if x == 0 {
		return 0
	}
	return float32(1 / x)
}

// sample draws the entries the mixed model is fitted to, and fits warp and curve
// to them on the way.
func (c *calibration) sample() []residualRow {
	rows := drawEntries(c.g)
	var points []point // x: the dual encoder's score, y: the cross-encoder's
	for r := range rows {
		x := c.d.DE.Queries.Row(c.g.Rows[r].Query)
		for j, it := range rows[r].items {
			points = append(points, point{x: float64(f32.Dot(x, c.d.DE.Items.Row(int(it)))), y: float64(rows[r].resid[j])})
		}
	}
	c.bins.weigh(points)
	values := make([]point, len(points))
	for i, p := range points {
		values[i] = point{x: p.y, weight: p.weight}
	}
	c.prior.Warp = fitWarp(values)
	for i, p := range points {
		points[i].y = c.prior.Warp.At(p.y)
	}
	c.prior.Curve = fitIsotonic(c.bins.means(points))
	n := 0
	for r := range rows {
		for j := range rows[r].resid {
			rows[r].resid[j] = float32(points[n].y - c.prior.Curve.At(points[n].x))
			n++
		}
	}
	return rows
}

// similarities samples the dual encoder's scores of all pairs of train queries
// and items.
func (c *calibration) similarities() []float64 {
	rows := min(len(c.g.Rows), calibrationRows)
	step := 1 + rows*len(c.d.Items)/calibrationPairs
	var sims []float64
	for r := range rows {
		x := c.d.DE.Queries.Row(c.g.Rows[r*len(c.g.Rows)/rows].Query)
		for i := r % step; i < len(c.d.Items); i += step {
			sims = append(sims, float64(f32.Dot(x, c.d.DE.Items.Row(i))))
		}
	}
	return sims
}

// spread learns how far warped scores lie from the prior mean, by the dual
// encoder's score.
func (c *calibration) spread(ix *Index, rows []residualRow) {
	points := make([][]point, len(rows))
	parallel(len(rows), func(r int) {
		x := c.d.DE.Queries.Row(c.g.Rows[r].Query)
		place := make([]float32, c.prior.Map.Cols)
		f32.GemvT(place, c.prior.Map.view(), append([]float32{1}, x...))
		for j, it := range rows[r].items {
			rest := rows[r].resid[j] - c.prior.Bias.Data[it] - f32.Dot(place, ix.Features.Row(int(it))[:len(place)])
			points[r] = append(points[r], point{x: float64(f32.Dot(x, c.d.DE.Items.Row(int(it)))), y: float64(rest * rest)})
		}
	})
	means := c.bins.means(slices.Concat(points...))
	for i := range means {
		means[i].y = math.Sqrt(means[i].y)
	}
	c.prior.Spread = fitIsotonic(means)
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
