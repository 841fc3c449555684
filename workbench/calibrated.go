package workbench

import (
	"context"
	"math"

	"axn/workbench/internal/f32"
)

// Settings of the Calibrated fit and search. Scores are warped to unit variance
// and vectors scaled to unit norm before any of them counts, so that none depends
// on a data set's units.
const (
	calibrationRows  = 64 // train queries whose pairs with all items place the curve's bins
	calibrationPairs = 1 << 20
	denseNoise       = 0.03 // s² of a search where the index holds dense rows
	sparseNoise      = 0.05 // s² of a search where it holds none
	querySlope       = 0.3  // prior deviation of a query's slope
)

// calibration is one fit of Calibrated under way.
type calibration struct {
	d     *Dataset
	g     *Scores
	scale float32 // of query vectors, to root mean square norm 1
	phi   f32.Mat // |I|×(d+1): (1, v_i), v_i scaled to root mean square norm 1
	x     f32.Mat // rows of g × (d+1): (1, x_q), scaled
	prior *Prior
}

// fitCalibrated learns, one after the other: the warp of scores, the curve from
// the dual encoder's score, the mixed model of what is left (an offset and a
// direction per query, a bias per item), and what each item does beyond it.
func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
	if g.Len() == 0 {
		ix.Features, ix.Prior = fallBack(d)
		return nil
	}
	c := newCalibration(d, g)
	m := newMixed(c.phi, c.x, c.sample())
	for range mixedSweeps {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.sweep()
	}
	ix.Features, ix.Prior = c.deviations(m.model()), c.prior
	return ctx.Err()
}

// fallBack trusts the dual encoder: without scores there is no evidence of
// anything else, and the search is retrieve-and-rerank.
func fallBack(d *Dataset) (*Matrix, *Prior) {
	reach := 1 + rmsNorm(d.DE.Items)*rmsNorm(d.DE.Queries)*math.Sqrt(float64(len(d.Items)*len(d.Queries)))
	return NewMatrix(len(d.Items), 1), &Prior{
		priorMeta: priorMeta{Curve: Curve{X: []float64{-reach, reach}, Y: []float64{-reach, reach}}, Noise: 1},
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
	c.prior = &Prior{priorMeta: priorMeta{Noise: sparseNoise, Slope: querySlope}}
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
	b := newBins(c.similarities())
	b.weigh(points)
	values := make([]point, len(points))
	for i, p := range points {
		values[i] = point{x: p.y, weight: p.weight}
	}
	c.prior.Warp = fitWarp(values)
	for i, p := range points {
		points[i].y = c.prior.Warp.At(p.y)
	}
	c.prior.Curve = fitIsotonic(b.means(points))
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

// calibratedEstimate follows a query by the posterior over warped scores. Beside
// the index's features it has one of the query's own, its slope against the
// prior mean: Slope·(m − m̄), m̄ being the mean over the first round.
type calibratedEstimate struct {
	*posterior
	ix     *Index
	prior  []float32 // m(q, ·)
	center float32   // m̄
}

func newCalibratedEstimate(ix *Index, _ int, prior []float32, o SearchOptions) estimate {
	return &calibratedEstimate{posterior: newPosterior(ix.Features.Cols+1, min(o.Budget, ix.Features.Rows)), ix: ix, prior: prior}
}

func (e *calibratedEstimate) vector() ([]float32, float32) {
	last := len(e.u) - 1
	return e.u[:last], 1 + float32(e.ix.Prior.Slope)*e.u[last]
}

func (e *calibratedEstimate) observe(items []int, scores []float64) {
	if e.dual.n == 0 && e.primal == nil {
		for _, it := range items {
			e.center += e.prior[it] / float32(len(items))
		}
	}
	model, p := e.ix.Prior, e.ix.Features.Cols
	rows, resid, noise := f32.NewMat(len(items), p+1), make([]float32, len(items)), make([]float32, len(items))
	for i, it := range items {
		copy(rows.Row(i), e.ix.Features.Row(it))
		rows.Row(i)[p] = float32(model.Slope) * (e.prior[it] - e.center)
		resid[i] = float32(model.Warp.At(scores[i])) - e.prior[it]
		noise[i] = float32(model.Noise)
	}
	e.posterior.observe(rows, resid, noise)
}
