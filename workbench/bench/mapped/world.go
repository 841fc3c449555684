package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"axn/workbench"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// The world is that of bench/store, with items that need not be held: all that is known of an item
// is a function of its number.
//
// Items lie in clusters, as texts do in subjects: a vector is its cluster's centre plus noise, both
// with a spectrum that falls as 1/√k, made unit. A query is a random item's vector, disturbed. The
// cross-encoder's score is a curve of x·v, an offset for each query, what an item is liked by all
// queries, interests that the vectors do not show, and noise, a function of the pair.
type world struct {
	items, dims int
	queries     *workbench.Matrix // of training, then of the test
	offset      []float64         // by query
	interests   *workbench.Matrix // by query
	vectors     *workbench.Matrix // of the items, as far as Score is asked about them
}

const (
	perCluster = 500
	interests  = 4
	trainRows  = 200
)

// Kinds of what is drawn by a number.
const (
	ofItem = iota
	ofCluster
	ofQuery
	ofPair
)

func draws(kind, a, b int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(kind)<<56|uint64(a), uint64(b)))
}

func newWorld(items, dims, test int) *world {
	n := trainRows + test
	w := &world{items: items, dims: dims, queries: workbench.NewMatrix(n, dims), offset: make([]float64, n), interests: workbench.NewMatrix(n, interests)}
	for q := range n {
		rng, row := draws(ofQuery, q, items), w.queries.Row(q)
		w.vector(rng.IntN(items), row)
		f32.Scale(float32(math.Sqrt(float64(dims))/4), row)
		falling(rng, row, .8)
		unit(row)
		w.offset[q] = rng.NormFloat64()
		for k := range interests {
			w.interests.Row(q)[k] = float32(rng.NormFloat64())
		}
	}
	return w
}

// vector sets row to an item's vector.
func (w *world) vector(item int, row []float32) {
	rng := draws(ofItem, item, 1)
	clear(row)
	falling(draws(ofCluster, rng.IntN(max(1, w.items/perCluster)), 0), row, 1)
	falling(rng, row, .7)
	unit(row)
}

// rows are the vectors of items lo … hi-1.
func (w *world) rows(lo, hi int) *workbench.Matrix {
	m := workbench.NewMatrix(hi-lo, w.dims)
	cores.Ranges(cores.Threads(), m.Rows, 1, func(from, to int) {
		for i := from; i < to; i++ {
			w.vector(lo+i, m.Row(i))
		}
	})
	return m
}

// taste is what an item is liked, and its interests.
func taste(item int) (liked float64, own [interests]float64) {
	rng := draws(ofItem, item, 2)
	liked = rng.NormFloat64()
	for k := range own {
		own[k] = rng.NormFloat64()
	}
	return liked, own
}

// falling adds normal values whose deviation falls as 1/√k.
func falling(rng *rand.Rand, row []float32, scale float64) {
	for k := range row {
		row[k] += float32(scale * rng.NormFloat64() / math.Sqrt(float64(1+k)))
	}
}

func unit(row []float32) { f32.Scale(1/float32(math.Sqrt(float64(f32.SqNorm(row)))), row) }

// score is the cross-encoder.
func (w *world) score(q, item int, vector []float32, liked float64, own [interests]float64) float64 {
	s := 3*math.Tanh(2*float64(f32.Dot(w.queries.Row(q), vector))) + w.offset[q] + .1*liked
	for k, v := range own {
		s += .05 * v * float64(w.interests.Row(q)[k])
	}
	return s + .05*draws(ofPair, q, item).NormFloat64()
}

// Score makes the world a workbench.Scorer.
func (w *world) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	scores := make([]float64, len(pairs))
	cores.Ranges(cores.Threads(), len(pairs), 64, func(lo, hi int) {
		for k, p := range pairs[lo:hi] {
			liked, own := taste(p.Item)
			scores[lo+k] = w.score(p.Query, p.Item, w.vectors.Row(p.Item), liked, own)
		}
	})
	return scores, ctx.Err()
}

// dataset is the world with its first n items.
func (w *world) dataset(n int) *workbench.Dataset {
	d := &workbench.Dataset{Name: "synthetic", Items: make([]workbench.Item, n), Queries: make([]workbench.Query, w.queries.Rows)}
	d.DE = workbench.DualEmbeddings{Queries: w.queries, Items: w.rows(0, n)}
	for i := range d.Items {
		d.Items[i].ID = fmt.Sprint(i)
	}
	for q := range d.Queries {
		d.Queries[q] = workbench.Query{ID: fmt.Sprint(q), Gold: -1}
		if q < trainRows {
			d.Train = append(d.Train, q)
		} else {
			d.Test = append(d.Test, q)
		}
	}
	return d
}
