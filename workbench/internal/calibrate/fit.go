package calibrate

import (
	"context"
	"fmt"
	"math"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/curve"
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
	rankFeatures     = 0.5  // prior variance along the dual encoder's vectors, without scores, and
	rankWithViews    = 0.25 // with views beside them
	rankNoise        = 0.3  // s² without scores
)

// Fewer train queries, or entries, say less than no scores at all.
const (
	FewRows    = 5
	FewEntries = 1000
)

// Fit fits to all rows in this process. It calls done after each step, of which there are some
// fifty.
func Fit(ctx context.Context, in *Problem, done func()) (*Fitted, error) {
	c := newFit(in)
	rows := newWorker(c)
	c.sum = func(ctx context.Context, s *Step) (*Sums, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		defer done()
		return rows.Sum(s, 0, len(in.Rows))
	}
	return c.fit(ctx)
}

// FitBy fits with the steps for all rows done by sum, in whatever parts and wherever.
func FitBy(ctx context.Context, in *Problem, sum func(context.Context, *Step) (*Sums, error)) (*Fitted, error) {
	c := newFit(in)
	c.sum = sum
	return c.fit(ctx)
}

// fit is one fit of Calibrated under way. Whatever it wants of the
// observed rows it asks for by sum, so that the rows may lie elsewhere.
type fit struct {
	in    *Problem
	scale float32      // of query vectors, to root mean square norm 1
	phi   designMatrix // |I|×p: (1, v_i, h_i), v_i scaled to root mean square norm 1, h_i of the views
	x     f32.Mat      // rows of g × (d+1): (1, x_q), scaled
	bins  *bins
	out   *Fitted
	step  Step
	made  f32.Mat // the fitted features, Φ·Root, once something has asked for them
	sum   func(context.Context, *Step) (*Sums, error)
}

func newFit(in *Problem) *fit {
	x := in.trainVectors()
	c := &fit{in: in, scale: inverse(rmsNorm(x))}
	c.phi, c.x = newDesignMatrix(in.Items), withOne(x, c.scale)
	c.step = Step{Items: in.Items.Rows, Scale: c.phi.scale, QueryScale: c.scale}
	return c
}

// fit learns, one after the other: the warp of scores, the curve from the dual
// encoder's score, the mixed model of what is left (an offset and a direction per
// query, a bias per item), and what each item does beyond it.
func (c *fit) fit(ctx context.Context) (*Fitted, error) {
	if len(c.in.Rows) < FewRows || c.in.entries() < FewEntries {
		return withoutScores(ctx, c.in)
	}
	c.out = &Fitted{Slope: slope(ctx)}
	c.bins = newBins(c.similarities())
	counts, err := c.calibrate(ctx)
	if err != nil {
		return nil, err
	}
	if counts == nil { // all scores are the same
		return withoutScores(ctx, c.in)
	}
	if err := c.learnViews(ctx); err != nil {
		return nil, err
	}
	m := newMixed(ctx, c, counts)
	for range mixedSweeps {
		if err := m.sweep(ctx); err != nil {
			return nil, err
		}
	}
	c.step.Effects = m.model()
	c.out.Noise = m.noise
	dense, err := c.deviations(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.spread(ctx); err != nil {
		return nil, err
	}
	if err := c.weighSignals(ctx); err != nil {
		return nil, err
	}
	if len(dense) > 0 {
		c.out.Noise = min(c.out.Noise, denseNoise)
	}
	c.out.Items = c.itemMap()
	c.out.Features = c.join(dense)
	c.out.Items.Unsure = c.unsure(len(dense))
	return c.out, nil
}

// itemMap returns the map for items to come.
func (c *fit) itemMap() *ItemMap {
	m, e := c.in.itemMap(float64(c.phi.scale), c.step.Views), c.step.Effects
	m.Root, m.Beta, m.Noise, m.Spread = e.Root, e.Beta, e.Noise, e.Spread
	return m
}

// unsure is the deviation of what items have of their own: the free bias, and what the last
// columns, of so many dense rows, leave to a query.
func (c *fit) unsure(dense int) float64 {
	sum := 0.0
	for i := range c.out.Features.Rows {
		row := c.out.Features.Row(i)
		sum += math.Pow(float64(c.step.Own.Row(i)[0]), 2) + float64(f32.SqNorm(row[len(row)-dense:]))
	}
	return math.Sqrt(sum / float64(c.out.Features.Rows))
}

// calibrate fits warp and curve to the drawn entries and returns how many each
// item has; nil when their scores are all the same.
func (c *fit) calibrate(ctx context.Context) (counts []float32, err error) {
	c.step.Edges = c.bins.edges
	sums, err := c.ask(ctx, stageScores, nil)
	if err != nil {
		return nil, err
	}
	c.step.Warp = warp(ctx, c.weigh(sums.Rows))
	if len(c.step.Warp.X) < 2 {
		return nil, nil
	}
	c.out.Warp = c.step.Warp
	if sums, err = c.ask(ctx, stageCurve, nil); err != nil {
		return nil, err
	}
	c.step.Curve = curve.Isotonic(binMeans(sums.Sums))
	c.out.Curve = c.step.Curve
	return sums.Vector, nil
}

// warp maps scores to normal quantiles.
func warp(ctx context.Context, scores []curve.Point) curve.Knots {
	if ablate.Off(ctx, ablate.Warp) {
		return curve.Standard(scores)
	}
	return curve.Warp(scores)
}

// weigh makes the rows' scores points that stand for as many pairs as their bins hold.
func (c *fit) weigh(rows []RowOutput) []curve.Point {
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
func (c *fit) similarities() []float64 {
	rows := min(len(c.in.Rows), calibrationRows)
	step := 1 + rows*c.in.Items.Rows/calibrationPairs
	var sims []float64
	for r := range rows {
		x := c.in.Queries.Row(c.in.Rows[r*len(c.in.Rows)/rows].Query)
		for i := r % step; i < c.in.Items.Rows; i += step {
			sims = append(sims, float64(f32.Dot(x, c.in.Items.Row(i))))
		}
	}
	return sims
}

// spread learns how far warped scores lie from the prior mean, by the dual
// encoder's score.
func (c *fit) spread(ctx context.Context) error {
	sums, err := c.ask(ctx, stageSpread, nil)
	if err != nil {
		return err
	}
	means := binMeans(sums.Sums)
	for i := range means {
		means[i].Y = math.Sqrt(means[i].Y)
	}
	c.out.Spread = curve.Isotonic(means)
	return nil
}

// weighSignals learns what signals are worth from what the model leaves of the drawn entries:
// rests regressed on all signals at once within each row, which gives the mean, and for each the
// variance of its coefficient over rows by the regression of views.
func (c *fit) weighSignals(ctx context.Context) error {
	k := len(c.in.Signals)
	if k == 0 {
		return nil
	}
	sums, err := c.ask(ctx, stageSignals, nil)
	if err != nil {
		return err
	}
	if len(sums.Sums) != 6*k {
		return fmt.Errorf("%s: the rows' data set has %d signals where the fit's has %d: give it the same", stageSignals, len(sums.Sums)/6, k)
	}
	c.out.Signals = make([]Weight, k)
	for s := range k {
		x := sums.Sums[6*s:][:6]
		product, most, square, along, size, alongs := x[0], x[1], x[2], x[3], x[4], x[5]
		if !(most > 0) || math.Abs(along) < surely*math.Sqrt(alongs) && product < surely*math.Sqrt(square) {
			continue
		}
		mean := along / size
		c.out.Signals[s] = Weight{mean, math.Sqrt(max(product/most-mean*mean, mean*mean/4))}
	}
	return nil
}
