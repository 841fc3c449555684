package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
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

	growth growth
}

type priorMeta struct {
	Warp   Curve   // from cross-encoder scores to normal scores
	Curve  Curve   // from the dual encoder's score to the warped score
	Spread Curve   // from the dual encoder's score to the deviation of warped scores from m
	Noise  float64 // s², the variance of a warped score around the model
	Slope  float64 // prior deviation of a query's own slope against the curve, around 1

	Growth *growthMeta `json:",omitempty"` // nil in files from before items could be added
}

func (p *Prior) arrays() []namedArray {
	return append([]namedArray{{"bias", &p.Bias}, {"map", &p.Map}}, p.growth.arrays()...)
}

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
	if err := p.checkGrowth(items, d, features); err != nil {
		return err
	}
	return p.Curve.check()
}

// optimism is how many deviations above its expected score an item is taken to be
// when a round chooses: where scores spread more, more of them reach the top.
const optimism = 1.5

// place is (1, x)·Map, where a query starts among the first features.
func (p *Prior) place(x []float32) []float32 {
	place := make([]float32, p.Map.Cols)
	f32.GemvT(place, p.Map.view(), append([]float32{1}, x...))
	return place
}

// curves returns a block of queries' priors as curves of the dual encoder's score:
// the mean without bias and features, and beside it, at the same knots, the spread.
func (p *Prior) curves(ctx context.Context, items shelf.Shelf, vectors *Matrix) ([]*curve.Pair, error) {
	curves := make([]*curve.Pair, vectors.Rows)
	if len(p.Curve.X) > 0 {
		same := curve.NewPair(curve.Knots(p.Curve), curve.Knots(p.Spread))
		for q := range curves {
			curves[q] = same
		}
		return curves, nil
	}
	ranks, err := rankCurves(ctx, items, vectors)
	for q, c := range ranks {
		curves[q] = curve.NewPair(c, curve.Knots{})
	}
	return curves, err
}

// The ranks of a query's list are known exactly for its first exactRanks items,
// and for the others by rankSample items of the shelf, the same for all queries.
const exactRanks, rankSample = 1024, 4096

// rankCurves returns for each row of vectors the curve from x·v_i to the normal
// quantile of item i's rank in the order of x·v.
func rankCurves(ctx context.Context, items shelf.Shelf, vectors *Matrix) ([]curve.Knots, error) {
	probes := make([]shelf.Probe, vectors.Rows)
	for q := range probes {
		probes[q] = shelf.Similarity(q, vectors.Row(q))
	}
	top, err := items.Choose(ctx, probes, exactRanks)
	if err != nil {
		return nil, err
	}
	n, _ := items.Size()
	rest, err := sampleSimilarities(ctx, items, n, vectors)
	if err != nil {
		return nil, err
	}
	curves := make([]curve.Knots, vectors.Rows)
	cores.Each(len(curves), func(q int) { curves[q] = curve.OfRanks(top[q], rest.Row(q), n) })
	return curves, nil
}

// sampleSimilarities returns x·v for evenly spread items, one row a query; none if
// the exact ranks are all.
func sampleSimilarities(ctx context.Context, items shelf.Shelf, n int, vectors *Matrix) (f32.Mat, error) {
	var sample []int
	if n > exactRanks {
		sample = make([]int, min(rankSample, n))
	}
	for i := range sample {
		sample[i] = i * n / len(sample)
	}
	rows, err := items.Rows(ctx, sample)
	sims := f32.NewMat(vectors.Rows, len(sample))
	if err == nil {
		f32.MulT(sims, vectors.view(), rows.Vectors, cores.Threads())
	}
	return sims, err
}

// Curve is a non-decreasing map, linear between its knots and flat beyond them.
type Curve struct{ X, Y []float64 } // X rises strictly, Y never falls

// At returns the curve's value at x. A curve without knots is 0 everywhere.
func (c Curve) At(x float64) float64 { return curve.Knots(c).At(x) }

// check returns an error that names the first knot which breaks the curve.
func (c Curve) check() error {
	if len(c.X) != len(c.Y) {
		return fmt.Errorf("%w: a curve of %d and %d coordinates", ErrShape, len(c.X), len(c.Y))
	}
	if i := curve.Knots(c).Broken(); i >= 0 {
		return fmt.Errorf("a curve's X must rise and its Y not fall: knot %d breaks it", i)
	}
	return nil
}
