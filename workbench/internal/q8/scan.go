package q8

import (
	"math"
	"slices"
	"sync"

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
	Order []int32                        // the item in each place; nil where it is the place's number
	Spans []Span                         // places to look at; nil looks at all
	Upper func(lo int, bounds []float32) // sets bounds to upper bounds of the scores in the places from lo on, a multiple of 16
	Skip  func(item int) bool            // leaves items out; may be nil
	Exact func(items []int) []float32    // the scores
	Most  int                            // how many it may ask Exact for
	Stop  func() bool                    // whether to give up, without an answer; may be nil

	Threads int
}

// Span is the range Lo … Hi-1 of places.
type Span struct{ Lo, Hi int }

// blocks cuts the spans, widened to whole panels and joined where they then meet, into
// parts of at most Block places.
func (s *Search) blocks() []Span {
	spans := []Span{{0, s.N}}
	if s.Spans != nil {
		spans = slices.Clone(s.Spans)
		slices.SortFunc(spans, func(a, b Span) int { return a.Lo - b.Lo })
	}
	var blocks []Span
	done := 0 // places before it are in a block
	for _, at := range spans {
		lo, hi := max(at.Lo/panel*panel, done), min((at.Hi+panel-1)/panel*panel, s.N)
		for ; lo < hi; lo += Block {
			done = min(lo+Block, hi)
			blocks = append(blocks, Span{lo, done})
		}
	}
	return blocks
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
// The firstScored·K items of the highest upper bounds are scored first: half as many as K of them may turn out
// low, and still the K-th highest of their scores is near that of all. An item whose upper bound
// does not reach it is not among the best.
func (s *Search) Run() ([]topk.Hit, bool) {
	if min(s.K, s.N) > s.Most {
		return nil, false
	}
	blocks, room := s.blocks(), rooms.Get().(*[]float32)
	defer rooms.Put(room)
	bounds := slices.Grow((*room)[:0], len(blocks)*Block)[:len(blocks)*Block]
	*room = bounds
	item := func(at int) int { return s.item(blocks[at/Block].Lo + at%Block) }
	skip := func(at int) bool { return s.Skip != nil && s.Skip(item(at)) }
	cores.Ranges(s.Threads, len(blocks), 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			s.bound(blocks[b], bounds[b*Block:][:Block])
		}
	})
	first := topk.Best(bounds, min(int(firstScored*float64(s.K)), s.Most), skip)
	if s.Stop != nil && s.Stop() {
		return nil, false
	}
	best, items := topk.New(min(s.K, s.N)), make([]int, 0, 2*len(first))
	for _, h := range first {
		items, bounds[h.Index] = append(items, item(h.Index)), none
	}
	s.score(best, items)
	best.Best() // for the exact threshold
	rest := items[:0]
	for at := 0; ; at++ {
		at += f32.IndexAtLeast(bounds[at:], best.Threshold())
		if at == len(bounds) {
			break
		}
		if !skip(at) {
			rest = append(rest, item(at))
		}
		if len(first)+len(rest) > s.Most {
			return nil, false
		}
	}
	s.score(best, rest)
	return best.Best(), true
}

// bound sets bounds to those of a span, and what is left of them to none.
func (s *Search) bound(span Span, bounds []float32) {
	if s.Stop == nil || !s.Stop() {
		s.Upper(span.Lo, bounds[:span.Hi-span.Lo])
		bounds = bounds[span.Hi-span.Lo:]
	}
	for i := range bounds {
		bounds[i] = none
	}
}

// none is the bound of what is not to be looked at.
var none = float32(math.NaN())

func (s *Search) score(best *topk.Selector, items []int) {
	for n, score := range s.Exact(items) {
		best.Push(topk.Hit{Index: items[n], Score: score})
	}
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
	s.Upper = p.Upper
	hits, _ := s.Run()
	return hits
}

// products returns the inner products of query with some rows of m.
func products(query []float32, m f32.Mat, items []int, threads int) []float32 {
	scores := f32.NewMat(1, len(items))
	f32.MulRows(scores, f32.View(query, 1, len(query)), m, items, threads)
	return scores.Data
}
