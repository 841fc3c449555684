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

// firstScored is how many items are scored, for one of those asked for, before there is a threshold. Of 13,767
// verbs, K = 100 and 386 features, a round scores in the mean 100 + 79, 125 + 28, 150 + 12 and 200 + 0 items, the first
// ones and then the others, at 1, 1.25, 1.5 and 2.
const firstScored = 1.5

// Run returns the best items by exact score, best first, ties by lower item, and
// true; or false if more than Most scores would be needed to know them, or it was stopped.
//
// Of the first spans the firstScored·K items of the highest upper bounds are scored: half as many as K of them may turn
// out low, and still the K-th highest of their scores is near that of all. An item whose upper bound
// does not reach it is not among the best. Of the others 2·K are scored before all that are left then.
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

// first scores items of the first spans, and returns the other places there that may be among the best; false if
// they are more than may be scored.
func (r *run) first(spans []Span) (found []topk.Hit, ok bool) {
	room := rooms.Get().(*[]float32)
	defer rooms.Put(room)
	bounds := slices.Grow((*room)[:0], len(spans)*Block)[:len(spans)*Block]
	*room = bounds
	place := func(at int) int { return spans[at/Block].From() + at%Block }
	skip := func(at int) bool { return r.out(place(at)) }
	cores.Ranges(r.Threads, len(spans), 1, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			r.bound(spans[i], float32(math.Inf(-1)), bounds[i*Block:][:Block])
		}
	})
	first := topk.Best(bounds, min(int(firstScored*float64(r.K)), r.Most), skip)
	for i, h := range first {
		first[i].Index, bounds[h.Index] = place(h.Index), none
	}
	if !r.score(first) {
		return nil, false
	}
	found = r.reaching(nil, bounds, r.best.Threshold(), place)
	return found, len(found) <= r.Most
}

// rest appends the places of spans that may be among the best; false if they are more than may be scored.
func (r *run) rest(spans []Span, found []topk.Hit) ([]topk.Hit, bool) {
	least, takers := r.best.Threshold(), make([][]topk.Hit, max(1, r.Threads))
	var next atomic.Int64
	cores.For(r.Threads, len(takers), func(t int) {
		var bounds [Block]float32
		for i := int(next.Add(1)) - 1; i < len(spans) && len(takers[t]) <= r.Most; i = int(next.Add(1)) - 1 {
			r.bound(spans[i], least, bounds[:])
			takers[t] = r.reaching(takers[t], bounds[:], least, func(at int) int { return spans[i].From() + at })
		}
	})
	for _, t := range takers {
		found = append(found, t...)
	}
	return found, len(found) <= r.Most
}

// reaching appends the places with bounds of least or more, place being that of a bound.
func (r *run) reaching(found []topk.Hit, bounds []float32, least float32, place func(at int) int) []topk.Hit {
	for at := 0; ; at++ {
		if at += f32.IndexAtLeast(bounds[at:], least); at == len(bounds) {
			return found
		}
		if p := place(at); !r.out(p) {
			found = append(found, topk.Hit{Index: p, Score: bounds[at]})
		}
	}
}

// none is the bound of what is not to be looked at.
var none = float32(math.NaN())

// bound sets bounds to those of a span's places, and to none before and after them.
func (r *run) bound(at Span, least float32, bounds []float32) {
	before, n := at.Lo-at.From(), at.Hi-at.From()
	if r.Stop == nil || !r.Stop() {
		r.Upper(at, least, bounds[:n])
	} else {
		n = 0
	}
	for i := range min(before, n) {
		bounds[i] = none
	}
	for i := n; i < len(bounds); i++ {
		bounds[i] = none
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
