package shelf

import (
	"context"
	"maps"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Layout says how the row of an item is put together: so many floats of its
// dual-encoder vector, none where that is its features, of its features, and of its prior's bias.
type Layout struct{ Vectors, Features, Bias int }

func (l Layout) Cols() int { return l.Vectors + l.Features + l.Bias }

// split returns the parts of rows, in memory of their own.
func (l Layout) split(rows f32.Mat) (v, f f32.Mat, bias []float32) {
	v, f, bias = f32.NewMat(rows.Rows, l.Vectors), f32.NewMat(rows.Rows, l.Features), make([]float32, rows.Rows*l.Bias)
	for i := range rows.Rows {
		row := rows.Row(i)
		copy(v.Row(i), row)
		copy(f.Row(i), row[l.Vectors:])
		copy(bias[i*l.Bias:(i+1)*l.Bias], row[l.Vectors+l.Features:])
	}
	return v, f, bias
}

// InnerProduct is the probe that scores an item by its row's inner product with x.
func (s Layout) InnerProduct(query int, x []float32) Probe {
	p := Probe{Query: query, Place: x[s.Vectors : s.Vectors+s.Features], Seen: map[int]bool{}}
	if s.Vectors > 0 {
		p.Vector, p.Curve = x[:s.Vectors], curve.Identity
	}
	if s.Bias > 0 {
		p.Slope = x[s.Vectors+s.Features]
	}
	p.Place = slices.Clip(p.Place)
	return p
}

// storeShelf is the shelf of an index whose items lie in a store. The store knows
// inner products only, so that a probe's curve goes there as a straight line,
// fitted to it where the query's best items lay last time. Of the candidates the
// rows are fetched, and the probe's own formula ranks them.
//
// One block of queries uses it, choosing from one goroutine.
type storeShelf struct {
	Layout
	store      Store
	oversample int
	region     map[int][]float32 // by query: x·v of the items it was last given
}

// Store is a store of rows as Layout has them.
type Store interface {
	Size() (items, cols int)
	Rows(ctx context.Context, items []int) (f32.Mat, error)
	Candidates(ctx context.Context, vectors f32.Mat, k int, exclude [][]int) ([][]int, error)
}

// OverStore is for one block of queries; oversample is how many candidates it asks for
// in the place of one.
func OverStore(store Store, layout Layout, oversample int) Shelf {
	return &storeShelf{Layout: layout, store: store, oversample: oversample, region: map[int][]float32{}}
}

func (s *storeShelf) Exact() bool { return false }

func (s *storeShelf) Size() (items, features int) {
	items, _ = s.store.Size()
	return items, s.Features
}

func (s *storeShelf) Rows(ctx context.Context, p *Probe, items []int, features f32.Mat) (Rows, error) {
	got, err := s.fetch(ctx, items)
	if err != nil {
		return Rows{}, err
	}
	r := Rows{Features: features, Bias: got.bias}
	for i := range items {
		copy(features.Row(i), got.features.Row(i))
	}
	if p.Vector != nil {
		r.Similarities = make([]float32, len(items))
		f32.MulT(f32.View(r.Similarities, 1, len(items)), f32.View(p.Vector, 1, len(p.Vector)), got.vectors, 1)
	}
	return r, nil
}

// fetched are items that came from the store.
type fetched struct {
	features, vectors f32.Mat
	bias              []float32
}

func (s *storeShelf) fetch(ctx context.Context, items []int) (got fetched, err error) {
	rows, err := s.store.Rows(ctx, items)
	if err != nil {
		return got, err
	}
	got.vectors, got.features, got.bias = s.split(rows)
	if s.Vectors == 0 {
		got.vectors = got.features
	}
	return got, nil
}

func (s *storeShelf) Similarities(ctx context.Context, probes []Probe, items []int) (f32.Mat, error) {
	sims := f32.NewMat(len(probes), len(items))
	rows, err := s.fetch(ctx, items)
	if err == nil {
		f32.MulT(sims, vectorsOf(probes), rows.vectors, cores.Threads())
	}
	return sims, err
}

// choose asks for the dual encoder's own lists first: they tell where the curves
// of the same queries matter.
func (s *storeShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	var straight, curved []int
	for i := range probes {
		if c := probes[i].Curve; c == nil || c == curve.Identity {
			straight = append(straight, i)
		} else {
			curved = append(curved, i)
		}
	}
	hits := make([][]topk.Hit, len(probes))
	err := s.ask(ctx, probes, straight, n, more, hits)
	if err == nil {
		err = s.ask(ctx, probes, curved, n, more, hits)
	}
	return hits, err
}

// ask sets the hits of some of the probes.
func (s *storeShelf) ask(ctx context.Context, probes []Probe, which []int, n, more int, hits [][]topk.Hit) error {
	if len(which) == 0 {
		return nil
	}
	lists, err := s.candidates(ctx, probes, which, n*s.oversample)
	if err != nil {
		return err
	}
	items, at := union(lists)
	rows, err := s.fetch(ctx, items)
	if err != nil {
		return err
	}
	cores.Each(len(which), func(r int) { hits[which[r]] = s.best(&probes[which[r]], lists[r], rows, at, n+more) })
	for _, i := range which {
		s.learn(&probes[i], hits[i][:min(n, len(hits[i]))], rows, at)
	}
	return nil
}

// candidates returns n of them for some of the probes. A store knows nothing of barred items, so
// that it is asked for ever more until enough are open, or it has no more.
func (s *storeShelf) candidates(ctx context.Context, probes []Probe, which []int, n int) ([][]int, error) {
	lists, left := make([][]int, len(which)), make([]int, len(which))
	for r := range left {
		left[r] = r
	}
	for most := n; len(left) > 0; most *= 2 {
		vectors, seen := f32.NewMat(len(left), s.Cols()), make([][]int, len(left))
		for l, r := range left {
			p := &probes[which[r]]
			s.flatten(vectors.Row(l), p)
			seen[l] = slices.Collect(maps.Keys(p.Seen))
		}
		found, err := s.store.Candidates(ctx, vectors, most, seen)
		if err != nil {
			return nil, err
		}
		asked := left
		left = nil
		for l, r := range asked {
			lists[r] = slices.DeleteFunc(slices.Clone(found[l]), probes[which[r]].out)
			if len(lists[r]) < n && len(found[l]) == most {
				left = append(left, r)
			}
			lists[r] = lists[r][:min(n, len(lists[r]))]
		}
	}
	for r, i := range which {
		lists[r] = withExtra(lists[r], &probes[i], n)
	}
	return lists, nil
}

// withExtra adds the n items of which a probe knows most that a store does not.
func withExtra(list []int, p *Probe, n int) []int {
	if p.Extra == nil {
		return list
	}
	for _, it := range topk.Select(p.Extra, n, p.out) {
		if !slices.Contains(list, it) {
			list = append(list, it)
		}
	}
	return list
}

// flatten sets w to the vector whose inner product with an item's row is the
// probe's score of it, up to a constant, where the curve is straight.
func (s *storeShelf) flatten(w []float32, p *Probe) {
	copy(w[s.Vectors:], p.Place)
	if p.Curve == nil {
		return
	}
	if s.Vectors == 0 {
		f32.Axpy(1, p.Vector, w[:len(p.Vector)])
		return
	}
	f32.Axpy(p.Curve.SlopeOver(s.region[p.Query]), p.Vector, w[:s.Vectors])
	if s.Bias > 0 {
		w[len(w)-1] = p.Slope
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
func (s *storeShelf) best(p *Probe, candidates []int, rows fetched, at map[int]int, n int) []topk.Hit {
	scores, sims, bias := make([]float32, len(candidates)), make([]float32, len(candidates)), make([]float32, len(candidates))
	own := *p
	own.Extra = nil
	for c, it := range candidates {
		i := at[it]
		if p.Place != nil {
			scores[c] = f32.Dot(p.Place, rows.features.Row(i))
		}
		if p.Curve != nil {
			sims[c] = f32.Dot(p.Vector, rows.vectors.Row(i))
		}
		if s.Bias > 0 {
			bias[c] = rows.bias[i]
		}
		if p.Extra != nil {
			own.Extra = append(own.Extra, p.Extra[it])
		}
	}
	own.finish(0, scores, sims, bias)
	selected := topk.New(min(n, len(candidates)))
	for c, it := range candidates {
		selected.Push(topk.Hit{Index: it, Score: scores[c]})
	}
	return selected.Best()
}

// learn keeps where the query's best items lie on its curve.
func (s *storeShelf) learn(p *Probe, hits []topk.Hit, rows fetched, at map[int]int) {
	if p.Curve == nil {
		return
	}
	sims := make([]float32, len(hits))
	for i, h := range hits {
		sims[i] = f32.Dot(p.Vector, rows.vectors.Row(at[h.Index]))
	}
	s.region[p.Query] = sims
}
