package shelf

import (
	"context"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// The ranks of a query's list are known exactly for its first exactRanks items,
// and for the others by rankSample items of the shelf, the same for all queries.
const exactRanks, rankSample = 1024, 4096

// RankCurves returns for each of the queries, whose vectors x are the rows of vectors, the curve
// from x·v_i to the normal quantile of item i's rank in the order of x·v.
func RankCurves(ctx context.Context, items Shelf, queries []int, vectors f32.Mat) ([]curve.Knots, error) {
	probes := make([]Probe, vectors.Rows)
	for i, q := range queries {
		probes[i] = Similarity(q, vectors.Row(i))
	}
	top, err := items.Choose(ctx, probes, exactRanks, 0)
	if err != nil {
		return nil, err
	}
	n, _ := items.Size()
	rest, err := sampleSimilarities(ctx, items, n, probes)
	if err != nil {
		return nil, err
	}
	curves := make([]curve.Knots, vectors.Rows)
	cores.Each(len(curves), func(q int) { curves[q] = curve.OfRanks(top[q], rest.Row(q), n) })
	return curves, nil
}

// sampleSimilarities returns x·v for evenly spread items, one row a probe; none if
// the exact ranks are all.
func sampleSimilarities(ctx context.Context, items Shelf, n int, probes []Probe) (f32.Mat, error) {
	var sample []int
	if n > exactRanks {
		sample = evenly(n, rankSample)
	}
	return items.Similarities(ctx, probes, sample)
}
