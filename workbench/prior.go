package workbench

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
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
}

type priorMeta struct {
	Warp   Curve   // from cross-encoder scores to normal scores
	Curve  Curve   // from the dual encoder's score to the warped score
	Spread Curve   // from the dual encoder's score to the deviation of warped scores from m
	Noise  float64 // s², the variance of a warped score around the model
	Slope  float64 // prior deviation of a query's own slope against the curve, around 1
}

func (p *Prior) arrays() []namedArray { return []namedArray{{"bias", &p.Bias}, {"map", &p.Map}} }

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
func (p *Prior) curves(ctx context.Context, items shelf, vectors *Matrix) ([]*curvePair, error) {
	curves := make([]*curvePair, vectors.Rows)
	if len(p.Curve.X) > 0 {
		same := newCurvePair(p.Curve, p.Spread)
		for q := range curves {
			curves[q] = same
		}
		return curves, nil
	}
	ranks, err := rankCurves(ctx, items, vectors)
	for q, c := range ranks {
		curves[q] = newCurvePair(c, Curve{})
	}
	return curves, err
}

// The ranks of a query's list are known exactly for its first exactRanks items,
// and for the others by rankSample items of the shelf, the same for all queries.
const exactRanks, rankSample = 1024, 4096

// rankCurves returns for each row of vectors the curve from x·v_i to the normal
// quantile of item i's rank in the order of x·v.
func rankCurves(ctx context.Context, items shelf, vectors *Matrix) ([]Curve, error) {
	probes := make([]probe, vectors.Rows)
	for q := range probes {
		probes[q] = similarity(q, vectors.Row(q))
	}
	top, err := items.choose(ctx, probes, exactRanks)
	if err != nil {
		return nil, err
	}
	n, _ := items.size()
	rest, err := sampleSimilarities(ctx, items, n, vectors)
	if err != nil {
		return nil, err
	}
	curves := make([]Curve, vectors.Rows)
	cores.Each(len(curves), func(q int) { curves[q] = rankCurve(top[q], rest.Row(q), n) })
	return curves, nil
}

// sampleSimilarities returns x·v for evenly spread items, one row a query; none if
// the exact ranks are all.
func sampleSimilarities(ctx context.Context, items shelf, n int, vectors *Matrix) (f32.Mat, error) {
	var sample []int
	if n > exactRanks {
		sample = make([]int, min(rankSample, n))
	}
	for i := range sample {
		sample[i] = i * n / len(sample)
	}
	rows, err := items.rows(ctx, sample)
	sims := f32.NewMat(vectors.Rows, len(sample))
	if err == nil {
		f32.MulT(sims, vectors.view(), rows.vectors, cores.Threads())
	}
	return sims, err
}

// rankCurve puts knots at the exact ranks, ever further apart, and at every 32nd
// of the sampled scores below them, which share the remaining ranks.
func rankCurve(top []topk.Hit, sample []float32, n int) Curve {
	var falling Curve
	if len(top) == 0 { // no score is a number
		return falling
	}
	add := func(rank float64, score float32) {
		if k := len(falling.X); k == 0 || float64(score) < falling.X[k-1] {
			falling.X, falling.Y = append(falling.X, float64(score)), append(falling.Y, rankQuantile(rank, n))
		}
	}
	for r := 0; r < len(top); r += 1 + r/64 {
		add(float64(r), top[r].Score)
	}
	last := len(top) - 1
	add(float64(last), top[last].Score)
	below := slices.DeleteFunc(slices.Clone(sample), func(s float32) bool { return !(s < top[last].Score) })
	slices.Sort(below)
	share := float64(n-len(top)) / float64(len(below))
	for j := 0; j < len(below); j += 32 {
		add(float64(len(top))+share*(float64(j)+.5)-.5, below[len(below)-1-j])
	}
	slices.Reverse(falling.X)
	slices.Reverse(falling.Y)
	return falling
}

// rankQuantile is the normal quantile of a rank, from 0, among n.
func rankQuantile(rank float64, n int) float64 {
	return normalQuantile((float64(n) - rank - .5) / float64(n))
}

// rankQuantiles replaces values by the normal quantiles of their ranks; of equal
// values the first ranks higher.
func rankQuantiles(x []float32) {
	for rank, i := range topk.Select(x, len(x), nil) {
		x[i] = float32(rankQuantile(float64(rank), len(x)))
	}
}

// withOne returns the rows (1, scale·x).
func withOne(x *Matrix, scale float32) f32.Mat {
	m := f32.NewMat(x.Rows, x.Cols+1)
	for i := range x.Rows {
		m.Row(i)[0] = 1
		f32.Axpy(scale, x.Row(i), m.Row(i)[1:])
	}
	return m
}
