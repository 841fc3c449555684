package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// calibration is one fit of Calibrated under way. Whatever it wants of the
// observed rows it asks for by sum, so that the rows may lie elsewhere.
type calibration struct {
	d     *Dataset
	g     *Scores
	scale float32 // of query vectors, to root mean square norm 1
	phi   design  // |I|×p: (1, v_i, h_i), v_i scaled to root mean square norm 1, h_i of the views
	x     f32.Mat // rows of g × (d+1): (1, x_q), scaled
	bins  *bins
	prior *Prior
	step  FitStep
	made  f32.Mat // the fitted features, Φ·Root, once something has asked for them
	sum   func(context.Context, *FitStep) (*FitSums, error)
}

// FactorizeRows is Factorize by Calibrated with the work that grows with the
// observed entries done by sum: it does a step for all rows of g, in whatever
// parts and wherever, by FitRows.Sum and FitSums.Add. One process does the same as
// Factorize; in more parts sums differ by rounding.
func FactorizeRows(ctx context.Context, d *Dataset, g *Scores, sum func(context.Context, *FitStep) (*FitSums, error)) (*Index, error) {
	ix, err := factorizeBy(ctx, d, g, FactorizeOptions{Method: Calibrated}, func(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
		c := newCalibration(d, g)
		c.sum = sum
		return c.fit(ctx, ix)
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return ix, nil
}

func newCalibration(d *Dataset, g *Scores) *calibration {
	queries := make([]int, len(g.Rows))
	for r := range g.Rows {
		queries[r] = g.Rows[r].Query
	}
	x := d.DE.Queries.Select(queries)
	c := &calibration{d: d, g: g, scale: inverse(rmsNorm(x))}
	c.phi, c.x = newDesign(d.DE.Items), withOne(x, c.scale)
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

// fit learns, one after the other: the warp of scores, the curve from the dual
// encoder's score, the mixed model of what is left (an offset and a direction per
// query, a bias per item), and what each item does beyond it.
func (c *calibration) fit(ctx context.Context, ix *Index) error {
	if len(c.g.Rows) < fewRows || c.g.Len() < fewEntries {
		ix.Features, ix.Prior = withoutScores(c.d)
		return nil
	}
	c.prior = &Prior{priorMeta: priorMeta{Slope: querySlope}}
	c.bins = newBins(c.similarities())
	counts, err := c.calibrate(ctx)
	if err != nil {
		return err
	}
	if counts == nil { // all scores are the same
		ix.Features, ix.Prior = withoutScores(c.d)
		return nil
	}
	if err := c.learnViews(ctx); err != nil {
		return err
	}
	m := newMixed(c, counts)
	for range mixedSweeps {
		if err := m.sweep(ctx); err != nil {
			return err
		}
	}
	c.step.Effects = m.model()
	c.prior.Noise = m.noise
	dense, err := c.deviations(ctx)
	if err != nil {
		return err
	}
	if err := c.spread(ctx); err != nil {
		return err
	}
	if len(dense) > 0 {
		c.prior.Noise = min(c.prior.Noise, denseNoise)
	}
	ix.Features, ix.Prior = c.join(dense), c.prior
	return nil
}

// features returns Φ·Root, |I|×p.
func (c *calibration) features(e *FitEffects) f32.Mat {
	if c.made.Data == nil {
		c.made = c.phi.product(e.Root.view())
	}
	return c.made
}

// ask has all rows do a stage, knowing what is known so far.
func (c *calibration) ask(ctx context.Context, stage FitStage, v []float32) (*FitSums, error) {
	c.step.Stage, c.step.Vector = stage, v
	sums, err := c.sum(ctx, &c.step)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	slices.SortFunc(sums.Rows, func(a, b FitRow) int { return cmp.Compare(a.Row, b.Row) })
	return sums, nil
}

// calibrate fits warp and curve to the drawn entries and returns how many each
// item has; nil when their scores are all the same.
func (c *calibration) calibrate(ctx context.Context) (counts []float32, err error) {
	c.step.Edges = c.bins.edges
	sums, err := c.ask(ctx, stageScores, nil)
	if err != nil {
		return nil, err
	}
	c.step.Warp = curve.Warp(c.weigh(sums.Rows))
	if len(c.step.Warp.X) < 2 {
		return nil, nil
	}
	c.prior.Warp = Curve(c.step.Warp)
	if sums, err = c.ask(ctx, stageCurve, nil); err != nil {
		return nil, err
	}
	c.step.Curve = curve.Isotonic(binMeans(sums.Sums))
	c.prior.Curve = Curve(c.step.Curve)
	return sums.Vector, nil
}

// weigh makes the rows' scores points that stand for as many pairs as their bins hold.
func (c *calibration) weigh(rows []FitRow) []curve.Point {
	counts := make([]float64, len(c.bins.pairs))
	for _, row := range rows {
		for _, b := range row.Head {
			counts[int(b)]++
		}
	}
	weights := c.bins.weights(counts)
	var values []curve.Point
	for _, row := range rows {
		for j, y := range row.Values {
			values = append(values, curve.Point{X: float64(y), Weight: weights[int(row.Head[j])]})
		}
	}
	return values
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
func (c *calibration) spread(ctx context.Context) error {
	sums, err := c.ask(ctx, stageSpread, nil)
	if err != nil {
		return err
	}
	means := binMeans(sums.Sums)
	for i := range means {
		means[i].Y = math.Sqrt(means[i].Y)
	}
	c.prior.Spread = Curve(curve.Isotonic(means))
	return nil
}
