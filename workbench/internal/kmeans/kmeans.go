// Package kmeans divides points among centres, each of which is the mean of the points
// nearest to it (Lloyd 1982).
package kmeans

import (
	"context"
	"math/rand/v2"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Centers are k points of d coordinates, laid out to find the nearest.
type Centers struct {
	Points f32.Mat
	panels f32.Panels // of (c, −|c|²/2): the inner product with (x, 1) is highest for the nearest
}

func newCenters(points f32.Mat) *Centers {
	c, own := &Centers{Points: points}, f32.NewMat(points.Rows, points.Cols+1)
	for i := range points.Rows {
		own.Row(i)[copy(own.Row(i), points.Row(i))] = -f32.SqNorm(points.Row(i)) / 2
	}
	c.panels.PackRows(own, cores.Threads())
	return c
}

// passes are how often Train moves the centres: later ones hardly lessen the distances.
const passes = 10

// Train moves k of the points, drawn by seed, to the means of the points nearest to them, ten
// times. A centre that no point is nearest to moves to one drawn at random. If there are fewer
// points than k it returns as many centres as points. The result does not depend on threads.
// A cancelled ctx is an error.
func Train(ctx context.Context, points f32.Mat, k int, seed uint64) (*Centers, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	at := points.Select(rng.Perm(points.Rows)[:min(k, points.Rows)])
	for range passes {
		nearest, err := newCenters(at).Nearest(ctx, points)
		if err != nil {
			return nil, err
		}
		order, starts := Group(nearest, at.Rows)
		at = means(points, order, starts)
		for i := range at.Rows {
			if starts[i] == starts[i+1] {
				copy(at.Row(i), points.Row(rng.IntN(points.Rows)))
			}
		}
	}
	return newCenters(at), nil
}

// nearestRows are how many points are held against the centres at a time: few enough for
// their products with topk.ScanCols centres to stay in the second-level cache.
const nearestRows = 256

// Nearest returns for each point the number of its nearest centre, of equally near ones the
// lower; 0 for a point that is not finite.
func (c *Centers) Nearest(ctx context.Context, points f32.Mat) ([]int32, error) {
	nearest := make([]int32, points.Rows)
	cores.Each((points.Rows+nearestRows-1)/nearestRows, func(part int) {
		lo := part * nearestRows
		hi := min(lo+nearestRows, points.Rows)
		own := f32.NewMat(hi-lo, points.Cols+1)
		for i := range own.Rows {
			own.Row(i)[copy(own.Row(i), points.Row(lo+i))] = 1
		}
		if ctx.Err() != nil {
			return
		}
		for i, hits := range topk.Scan(own, &c.panels, 1, nil, 1) {
			if len(hits) > 0 {
				nearest[lo+i] = int32(hits[0].Index)
			}
		}
	})
	return nearest, ctx.Err()
}

// Group orders points by group, of n, and within a group by number: group g is
// order[starts[g]:starts[g+1]].
func Group(group []int32, n int) (order, starts []int32) {
	order, starts = make([]int32, len(group)), make([]int32, n+1)
	for _, g := range group {
		starts[g+1]++
	}
	for g := range n {
		starts[g+1] += starts[g]
	}
	next := slices.Clone(starts)
	for i, g := range group {
		order[next[g]] = int32(i)
		next[g]++
	}
	return order, starts
}

// means returns the mean of the rows of each group; 0 for an empty one.
func means(rows f32.Mat, order, starts []int32) f32.Mat {
	m := f32.NewMat(len(starts)-1, rows.Cols)
	cores.Each(m.Rows, func(g int) {
		members, sum := order[starts[g]:starts[g+1]], make([]float64, rows.Cols)
		for _, i := range members {
			f32.AxpyWide(1, rows.Row(int(i)), sum)
		}
		for j, s := range sum {
			m.Row(g)[j] = float32(s / float64(max(len(members), 1)))
		}
	})
	return m
}
