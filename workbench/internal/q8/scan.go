package q8

import (
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Block is how many items are bounded at a time.
const Block = 512

// Search asks for the K items with the highest scores of N that are costly to
// know and cheap to bound. Bounds go by the places in which codes stand, all else by
// items. Its functions are called from several goroutines.
type Search struct {
	N, K  int
	Order []int32 // the item in each place; nil where it is the place's number
	Spans []Span  // places to look at; nil looks at all
	// Upper sets bounds to upper bounds of the scores in the places from lo on, a multiple of 16, and
	// own to what Lower is to know of each; Lower turns a place's upper bound into a lower one.
	Upper func(lo int, bounds, own []float32)
	Lower func(place int, upper, own float32) float32
	Skip  func(item int) bool         // leaves items out; may be nil
	Exact func(items []int) []float32 // the scores
	Most  int                         // how many it may ask Exact for
	Stop  func() bool                 // whether to give up, without an answer; may be nil

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

// candidate is an item whose score is at most bound.
type candidate struct {
	index int
	bound float32
}

// Run returns the best items by exact score, best first, ties by lower item, and
// true; or false if more than Most scores would be needed to know them, or it was stopped.
//
// An item can be among the best K only if its upper bound reaches the K-th highest
// lower bound. The items that have the highest lower bounds are scored first: the
// least of their scores is a bound too, and a better one.
func (s *Search) Run() ([]topk.Hit, bool) {
	all := s.scan()
	if all.over || all.low.Len() > s.Most {
		return nil, false
	}
	best, first := topk.New(min(s.K, s.N)), make(map[int]bool, s.K)
	var items []int
	for _, h := range all.low.Best() {
		items, first[h.Index] = append(items, h.Index), true
	}
	s.score(best, items)
	items = items[:0]
	for _, c := range all.found {
		if c.bound >= best.Threshold() && !first[c.index] {
			items = append(items, c.index)
		}
	}
	if len(items)+len(first) > s.Most {
		return nil, false
	}
	s.score(best, items)
	return best.Best(), true
}

func (s *Search) score(best *topk.Selector, items []int) {
	for n, score := range s.Exact(items) {
		best.Push(topk.Hit{Index: items[n], Score: score})
	}
}

// part is what a range of items leaves: the K highest lower bounds, and every
// item whose upper bound reaches the least of them.
type part struct {
	*Search
	low   *topk.Selector
	found []candidate
	room  int  // length of found at which it is thinned out
	over  bool // so many were found that the rest was not looked at
}

// scan bounds all that is to be looked at.
func (s *Search) scan() *part {
	threads, blocks := max(s.Threads, 1), s.blocks()
	parts := make([]*part, threads)
	cores.For(threads, threads, func(t int) {
		parts[t] = &part{Search: s, low: topk.New(min(s.K, s.N)), room: 4*s.K + 1024}
		parts[t].scan(blocks[len(blocks)*t/threads : len(blocks)*(t+1)/threads])
	})
	all := parts[0]
	for _, other := range parts[1:] {
		for _, h := range other.low.Best() {
			all.low.Push(h)
		}
		all.found, all.over = append(all.found, other.found...), all.over || other.over
	}
	all.compact()
	return all
}

// scan bounds some blocks.
func (p *part) scan(blocks []Span) {
	var room, own [Block]float32
	for _, at := range blocks {
		if p.over = p.over || p.Stop != nil && p.Stop(); p.over {
			return
		}
		bounds := room[:at.Hi-at.Lo]
		p.Upper(at.Lo, bounds, own[:len(bounds)])
		for i := 0; ; i++ {
			i += f32.IndexAtLeast(bounds[i:], p.low.Threshold())
			if i == len(bounds) {
				break
			}
			if item := p.item(at.Lo + i); p.Skip == nil || !p.Skip(item) {
				p.add(candidate{item, bounds[i]}, at.Lo+i, own[i])
			}
		}
	}
}

// add keeps a candidate, and its lower bound if it is among the K highest.
func (p *part) add(c candidate, place int, own float32) {
	p.low.Push(topk.Hit{Index: c.index, Score: p.Lower(place, c.bound, own)})
	p.found = append(p.found, c)
	if len(p.found) >= p.room {
		p.compact()
		p.room = max(p.room, 2*len(p.found))
	}
}

// compact drops candidates that no longer reach the K-th highest lower bound. If
// far more than Most are left, exact scores will hardly help.
func (p *part) compact() {
	least := p.low.Threshold()
	p.found = slices.DeleteFunc(p.found, func(c candidate) bool { return !(c.bound >= least) })
	p.over = p.over || len(p.found) > 4*p.Most
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
		p.rest = float32(math.Inf(1)) // everything is possible
		p.base = p.rest
	}
	s.Upper = func(lo int, bounds, _ []float32) { p.Upper(lo, bounds) }
	s.Lower = func(place int, upper, _ float32) float32 { return p.Lower(place, upper) }
	hits, _ := s.Run()
	return hits
}

// products returns the inner products of query with some rows of m.
func products(query []float32, m f32.Mat, items []int, threads int) []float32 {
	scores := f32.NewMat(1, len(items))
	f32.MulRows(scores, f32.View(query, 1, len(query)), m, items, threads)
	return scores.Data
}
