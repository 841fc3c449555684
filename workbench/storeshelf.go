package workbench

import (
	"cmp"
	"context"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// storeShelf is the shelf of an index whose items lie in a store. The store knows
// inner products only, so that a probe's curve goes there as a straight line,
// fitted to it where the query's best items lay last time. Of the candidates the
// rows are fetched, and the probe's own formula ranks them.
//
// One block of queries uses it, choosing from one goroutine.
type storeShelf struct {
	rowLayout
	store      ItemStore
	oversample int
	region     map[int][]float32 // by query: x·v of the items it was last given
}

// defaultOversample is SearchOptions.Oversample when that is 0.
const defaultOversample = 4

// shelf returns the shelf for a search of so many queries together.
func (ix *Index) shelf(queries int, o SearchOptions) shelf {
	switch {
	case o.Store != nil:
		return &storeShelf{rowLayout: ix.layout(), store: o.Store, oversample: cmp.Or(o.Oversample, defaultOversample), region: map[int][]float32{}}
	case queries <= codedQueries && ix.Features.Rows >= codedItems:
		return newCodedShelf(ix)
	}
	return indexShelf{ix}
}

// checkStore returns an error when a search cannot be made over its store.
func (ix *Index) checkStore(o SearchOptions) error {
	if o.Store == nil {
		if ix.Features.Rows == 0 {
			return fmt.Errorf("the index has no items of its own: set Store to where they are")
		}
		return nil
	}
	_, cols := o.Store.Size()
	switch {
	case cols != ix.layout().cols():
		return fmt.Errorf("%w: the store has rows of %d floats, and the index reads %d", ErrShape, cols, ix.layout().cols())
	case o.First != nil || systems[ix.Method].begin == byChance:
		return fmt.Errorf("over a store, round 1 cannot be left to an Initializer, which scores all items (method %s)", ix.Method)
	case o.Softmax > 0:
		return fmt.Errorf("over a store, Softmax is not possible: a draw scores all items")
	}
	return nil
}

func (s *storeShelf) size() (items, features int) {
	items, _ = s.store.Size()
	return items, s.features
}

func (s *storeShelf) rows(ctx context.Context, items []int) (itemRows, error) {
	rows, err := s.store.Rows(ctx, items)
	if err != nil {
		return itemRows{}, err
	}
	v, f, bias := s.split(rows)
	if s.vectors == 0 {
		v = f
	}
	return itemRows{features: f.view(), vectors: v.view(), bias: bias}, nil
}

// choose asks for the dual encoder's own lists first: they tell where the curves
// of the same queries matter.
func (s *storeShelf) choose(ctx context.Context, probes []probe, n int) ([][]topk.Hit, error) {
	var straight, curved []int
	for i := range probes {
		if c := probes[i].curve; c == nil || c == curve.Identity {
			straight = append(straight, i)
		} else {
			curved = append(curved, i)
		}
	}
	hits := make([][]topk.Hit, len(probes))
	err := s.ask(ctx, probes, straight, n, hits)
	if err == nil {
		err = s.ask(ctx, probes, curved, n, hits)
	}
	return hits, err
}

// ask sets the hits of some of the probes.
func (s *storeShelf) ask(ctx context.Context, probes []probe, which []int, n int, hits [][]topk.Hit) error {
	if len(which) == 0 {
		return nil
	}
	vectors, seen := NewMatrix(len(which), s.cols()), make([][]int, len(which))
	for r, i := range which {
		s.flatten(vectors.Row(r), &probes[i])
		for it := range probes[i].seen {
			seen[r] = append(seen[r], it)
		}
	}
	lists, err := s.store.Candidates(ctx, vectors, n*s.oversample, seen)
	if err != nil {
		return err
	}
	items, at := union(lists)
	rows, err := s.rows(ctx, items)
	if err != nil {
		return err
	}
	cores.Each(len(which), func(r int) { hits[which[r]] = s.best(&probes[which[r]], lists[r], rows, at, n) })
	for _, i := range which {
		s.learn(&probes[i], hits[i], rows, at)
	}
	return nil
}

// flatten sets w to the vector whose inner product with an item's row is the
// probe's score of it, up to a constant, where the curve is straight.
func (s *storeShelf) flatten(w []float32, p *probe) {
	copy(w[s.vectors:], p.place)
	if p.curve == nil {
		return
	}
	if s.vectors == 0 {
		f32.Axpy(1, p.vector, w[:len(p.vector)])
		return
	}
	f32.Axpy(p.curve.SlopeOver(s.region[p.query]), p.vector, w[:s.vectors])
	if s.bias > 0 {
		w[len(w)-1] = p.slope
	}
}

// union returns the items of all lists, once each, and where each is among them.
func union(lists [][]int) (items []int, at map[int]int) {
	at = map[int]int{}
	for _, list := range lists {
		for _, it := range list {
			if _, ok := at[it]; !ok {
				at[it] = len(items)
				items = append(items, it)
			}
		}
	}
	return items, at
}

// best returns the n candidates that the probe's formula scores highest.
func (s *storeShelf) best(p *probe, candidates []int, rows itemRows, at map[int]int, n int) []topk.Hit {
	scores, sims, bias := make([]float32, len(candidates)), make([]float32, len(candidates)), make([]float32, len(candidates))
	for c, it := range candidates {
		i := at[it]
		if p.place != nil {
			scores[c] = f32.Dot(p.place, rows.features.Row(i))
		}
		if p.curve != nil {
			sims[c] = f32.Dot(p.vector, rows.vectors.Row(i))
		}
		if s.bias > 0 {
			bias[c] = rows.bias[i]
		}
	}
	p.finish(0, scores, sims, bias)
	selected := topk.New(min(n, len(candidates)))
	for c, it := range candidates {
		selected.Push(topk.Hit{Index: it, Score: scores[c]})
	}
	return selected.Best()
}

// learn keeps where the query's best items lie on its curve.
func (s *storeShelf) learn(p *probe, hits []topk.Hit, rows itemRows, at map[int]int) {
	if p.curve == nil {
		return
	}
	sims := make([]float32, len(hits))
	for i, h := range hits {
		sims[i] = f32.Dot(p.vector, rows.vectors.Row(at[h.Index]))
	}
	s.region[p.query] = sims
}
