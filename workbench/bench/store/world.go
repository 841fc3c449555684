package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"axn/workbench"
)

// The world: what a dual encoder's vectors and a cross-encoder's scores look like, without texts.
//
// Items lie in clusters, as texts do in subjects: a vector is its cluster's centre plus noise, both
// with a spectrum that falls as 1/√k, so that few directions carry most of it (about 60 of 127 carry
// nine tenths), made unit. A query is a random item's vector, disturbed. The cross-encoder's score is a
// curve of x·v, an offset for each query, what an item is liked by all queries, interests that the
// vectors do not show, and noise, a function of the pair.
type world struct {
	d         *workbench.Dataset
	liked     []float32 // by item
	offset    []float64 // by query
	interests [2]*workbench.Matrix
}

const (
	perCluster = 500
	interests  = 4
	trainRows  = 200
)

func newWorld(items, test, d int) *world {
	n := trainRows + test
	rng := rand.New(rand.NewPCG(uint64(items), 7))
	w := &world{d: &workbench.Dataset{Name: "synthetic", Items: make([]workbench.Item, items), Queries: make([]workbench.Query, n)}, liked: make([]float32, items), offset: make([]float64, n)}
	centres := workbench.NewMatrix(max(1, items/perCluster), d)
	for c := range centres.Rows {
		falling(rng, centres.Row(c), 1)
	}
	w.d.DE.Items, w.d.DE.Queries = workbench.NewMatrix(items, d), workbench.NewMatrix(n, d)
	for i := range items {
		row := w.d.DE.Items.Row(i)
		copy(row, centres.Row(rng.IntN(centres.Rows)))
		falling(rng, row, .7)
		unit(row)
		w.liked[i] = float32(rng.NormFloat64())
		w.d.Items[i].ID = fmt.Sprint(i)
	}
	for q := range n {
		row := w.d.DE.Queries.Row(q)
		copy(row, w.d.DE.Items.Row(rng.IntN(items)))
		for j := range row {
			row[j] *= float32(math.Sqrt(float64(d)) / 4)
		}
		falling(rng, row, .8)
		unit(row)
		w.offset[q] = rng.NormFloat64()
		w.d.Queries[q] = workbench.Query{ID: fmt.Sprint(q), Gold: -1}
		if q < trainRows {
			w.d.Train = append(w.d.Train, q)
		} else {
			w.d.Test = append(w.d.Test, q)
		}
	}
	for side, rows := range []int{n, items} {
		m := workbench.NewMatrix(rows, interests)
		for i := range m.Data {
			m.Data[i] = float32(rng.NormFloat64())
		}
		w.interests[side] = m
	}
	return w
}

// falling adds normal values whose deviation falls as 1/√k.
func falling(rng *rand.Rand, row []float32, scale float64) {
	for k := range row {
		row[k] += float32(scale * rng.NormFloat64() / math.Sqrt(float64(1+k)))
	}
}

func unit(row []float32) {
	norm := math.Sqrt(dot(row, row))
	for k := range row {
		row[k] /= float32(norm)
	}
}

func dot(a, b []float32) (sum float64) {
	for k, v := range a {
		sum += float64(v * b[k])
	}
	return sum
}

// score is the cross-encoder.
func (w *world) score(q, i int) float64 {
	s := 3*math.Tanh(2*dot(w.d.DE.Queries.Row(q), w.d.DE.Items.Row(i))) + w.offset[q] + .1*float64(w.liked[i])
	s += .05 * dot(w.interests[0].Row(q), w.interests[1].Row(i))
	noise := rand.New(rand.NewPCG(uint64(q), uint64(i)))
	return s + .05*noise.NormFloat64()
}

// Score makes the world a workbench.Scorer.
func (w *world) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	scores := make([]float64, len(pairs))
	each(len(pairs), func(k int) { scores[k] = w.score(pairs[k].Query, pairs[k].Item) })
	return scores, ctx.Err()
}

// each calls do for 0 to n-1 on all cores.
func each(n int, do func(k int)) {
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for t := range workers {
		wait.Go(func() {
			for k := t; k < n; k += workers {
				do(k)
			}
		})
	}
	wait.Wait()
}
