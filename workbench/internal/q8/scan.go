package q8

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Block is how many items are bounded at a time.
const Block = topk.ScanCols

// Search asks for the K items with the highest scores of N that are costly to
// know and cheap to bound. Bounds go by the places in which codes stand, all else by
// items. Its functions are called from several goroutines.
type Search struct {
	N, K  int
	Order []int32 // the item in each place; nil where it is the place's number
	Spans []Span  // places to look at, those most likely to hold the best first; nil looks at all
	First int     // how many of Spans to look at first, for a score that the K-th best has at least

	// Upper sets bounds to upper bounds of the scores in the places from at.From() to at.Hi-1; those below
	// least need not be close.
	Upper func(at Span, least float32, bounds []float32)
	Skip  func(item int) bool         // leaves items out; may be nil
	Exact func(items []int) []float32 // the scores
	Most  int                         // how many it may ask Exact for
	Stop  func() bool                 // whether to give up, without an answer; may be nil

	Threads int
}

// Span is the range Lo … Hi-1 of places. From From() on they are at most Block.
type Span struct {
	Lo, Hi int
	Number int // of the span among those that the places are cut into
}

// From is the first place of Lo's panel.
func (s Span) From() int { return s.Lo / panel * panel }

// Cut appends spans of the places lo … hi-1 to those that the places before are cut into.
func Cut(spans []Span, lo, hi int) []Span {
	for lo < hi {
		s := Span{Lo: lo, Number: len(spans)}
		s.Hi = min(s.From()+Block, hi)
		spans, lo = append(spans, s), s.Hi
	}
	return spans
}

// firstPart of all spans are looked at first where none is more likely than others to hold the best, and where
// they hold firstItems times the items wanted at least.
const firstPart, firstItems = 16, 64

// spans returns those to look at, and how many of them first.
func (s *Search) spans() (spans []Span, first int) {
	if s.Spans != nil {
		return s.Spans, s.First
	}
	all := Cut(nil, 0, s.N)
	if first = len(all); s.N/firstPart >= firstItems*s.K {
		first = (len(all) + firstPart - 1) / firstPart
		for i := range first {
			all[i], all[i*firstPart] = all[i*firstPart], all[i]
		}
	}
	return all, first
}

// item is the item in a place.
func (s *Search) item(place int) int {
	if s.Order == nil {
		return place
	}
	return int(s.Order[place])
}

// rooms keep memory for bounds.
var rooms = sync.Pool{New: func() any { return new([]float32) }}

// Run returns the best items by exact score, best first, ties by lower item, and
// true; or false if more than Most scores would be needed to know them, or it was stopped.
//
// Of the first spans the 2·K items of the highest upper bounds are scored: as many as K of them may turn out
// low, and still the K-th highest of their scores is near that of all. An item whose upper bound
// does not reach it is not among the best. Of the others the same number is scored before all that are left then.
func (s *Search) Run() ([]topk.Hit, bool) {
	if min(s.K, s.N) > s.Most {
		return nil, false
	}
	spans, n := s.spans()
	r := &run{Search: s, best: topk.New(min(s.K, s.N))}
	found, ok := r.first(spans[:n])
	if ok {
		found, ok = r.rest(spans[n:], found)
	}
	if s.Stop != nil && s.Stop() {
		return nil, false
	}
	if ok && len(found) > 4*s.K {
		slices.SortFunc(found, func(a, b topk.Hit) int { return cmp.Compare(b.Score, a.Score) })
		if ok = r.score(found[:2*s.K]); ok {
			least := r.best.Threshold()
			found = slices.DeleteFunc(found[2*s.K:], func(h topk.Hit) bool { return h.Score < least })
		}
	}
	if !ok || !r.score(found) {
		return nil, false
	}
	return r.best.Best(), true
}

// run is a search under way.
type run struct {
	*Search
	best   *topk.Selector // of the items scored
	scored int
}

// first scores items of the first spans, and returns the other places there that may be among the best.
func (r *run) first(spans []Span) (found []topk.Hit, ok bool) {
	starts := make([]int, len(spans)+1)
	for i, s := range spans {
		starts[i+1] = starts[i] + s.Hi - s.From()
	}
	room := rooms.Get().(*[]float32)
	defer rooms.Put(room)
	*room = slices.Grow((*room)[:0], starts[len(spans)])
	bounds, n := (*room)[:starts[len(spans)]], min(2*r.K, r.Most)
	selected := r.each(spans, func(t *taker, i int) {
		part := bounds[starts[i]:starts[i+1]]
		r.bound(spans[i], float32(math.Inf(-1)), part)
		if t.best == nil {
			t.best = topk.New(n)
		}
		t.best.PushAll(spans[i].From(), part, r.out)
	})
	most := topk.New(n)
	for _, t := range selected {
		if t.best != nil {
			for _, h := range t.best.Best() {
				most.Push(h)
			}
		}
	}
	hits, done := most.Best(), map[int]bool{}
	for _, h := range hits {
		done[h.Index] = true
	}
	if !r.score(hits) {
		return nil, false
	}
	least := r.best.Threshold()
	for i, s := range spans {
		found = r.reaching(s, bounds[starts[i]:starts[i+1]], least, found, done)
	}
	return found, true
}

// rest appends the places of spans that may be among the best; false if they are more than may be scored.
func (r *run) rest(spans []Span, found []topk.Hit) ([]topk.Hit, bool) {
	least := r.best.Threshold()
	takers := r.each(spans, func(t *taker, i int) {
		if len(t.found) > r.Most {
			return
		}
		part := t.bounds[:spans[i].Hi-spans[i].From()]
		r.bound(spans[i], least, part)
		t.found = r.reaching(spans[i], part, least, t.found, nil)
	})
	for _, t := range takers {
		found = append(found, t.found...)
	}
	return found, len(found) <= r.Most
}

// taker is what a thread has found.
type taker struct {
	best   *topk.Selector
	found  []topk.Hit
	bounds [Block]float32
}

// each calls do with the number of each span, and returns what threads have found.
func (r *run) each(spans []Span, do func(t *taker, i int)) []*taker {
	var next atomic.Int64
	takers := make([]*taker, max(1, r.Threads))
	cores.For(r.Threads, len(takers), func(n int) {
		t := &taker{}
		takers[n] = t
		for i := int(next.Add(1)) - 1; i < len(spans); i = int(next.Add(1)) - 1 {
			do(t, i)
		}
	})
	return takers
}

// none is the bound of what is not to be looked at.
var none = float32(math.NaN())

// bound sets bounds to those of the places of a span's panels; none for those before it.
func (r *run) bound(at Span, least float32, bounds []float32) {
	before := len(bounds)
	if r.Stop == nil || !r.Stop() {
		r.Upper(at, least, bounds)
		before = at.Lo - at.From()
	}
	for i := range before {
		bounds[i] = none
	}
}

// reaching appends the places of a span with bounds of least or more, but for those that are done.
func (r *run) reaching(at Span, bounds []float32, least float32, found []topk.Hit, done map[int]bool) []topk.Hit {
	for i := 0; ; i++ {
		if i += f32.IndexAtLeast(bounds[i:], least); i == len(bounds) {
			return found
		}
		if place := at.From() + i; !done[place] && !r.out(place) {
			found = append(found, topk.Hit{Index: place, Score: bounds[i]})
		}
	}
}

// out tells whether the item in a place is left out.
func (r *run) out(place int) bool { return r.Skip != nil && r.Skip(r.item(place)) }

// score scores the items in some places; false if they are too many.
func (r *run) score(places []topk.Hit) bool {
	if r.scored += len(places); r.scored > r.Most {
		return false
	}
	items := make([]int, len(places))
	for i, h := range places {
		items[i] = r.item(h.Index)
	}
	for n, score := range r.Exact(items) {
		r.best.Push(topk.Hit{Index: items[n], Score: score})
	}
	r.best.Best() // for the exact threshold
	return true
}

// Scan returns the k items with the highest inner products with query, best
// first: the indices, and the bits of the scores, that topk.Scan gives for
// exact, the N × D matrix that x was packed from. skip, which may be nil and
// is called from several goroutines, leaves items out.
func (x *Items) Scan(query []float32, exact f32.Mat, k int, skip func(i int) bool, threads int) []topk.Hit {
	if exact.Rows != x.N || exact.Cols != x.D {
		panic("q8: shapes differ")
	}
	s := &Search{N: x.N, K: k, Skip: skip, Most: x.N, Threads: threads}
	s.Exact = func(items []int) []float32 { return products(query, exact, items, threads) }
	p, ok := x.Probe(query)
	if !ok {
		p, _ = x.Probe(make([]float32, x.D))
		p.base = float32(math.Inf(1)) // everything is possible
	}
	s.Upper = func(at Span, least float32, bounds []float32) {
		p.Upper(at.From(), bounds)
		for lo, hi := range p.Reaching(bounds, least) {
			p.Closer(at.From()+lo, bounds[lo:hi])
		}
	}
	hits, _ := s.Run()
	return hits
}

// products returns the inner products of query with some rows of m.
func products(query []float32, m f32.Mat, items []int, threads int) []float32 {
	scores := f32.NewMat(1, len(items))
	f32.MulRows(scores, f32.View(query, 1, len(query)), m, items, threads)
	return scores.Data
}
