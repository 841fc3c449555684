// Package topk selects the highest scores. Of equal scores the one with the
// lower index is higher; NaN is never selected. The selection depends on the
// set of scores alone, not on the order or the parts they come in.
package topk

import (
	"math"
	"slices"

	"axn/workbench/internal/f32"
)

// Hit is a selected score and its index, below 2³².
type Hit struct {
	Index int
	Score float32
}

// Select returns the indices of the k highest scores, best first, fewer if
// there are not so many. Indices for which skip says true are left out; skip
// may be nil, and is asked only about scores that would be selected.
func Select(scores []float32, k int, skip func(i int) bool) []int {
	s := New(k)
	s.PushAll(0, scores, skip)
	best := s.Best()
	indices := make([]int, len(best))
	for i, h := range best {
		indices[i] = h.Index
	}
	return indices
}

// Selector keeps the k highest of the scores pushed so far.
type Selector struct {
	k    int
	heap []key // once it holds k: a heap with the lowest hit at the root
}

// New returns a Selector of the k highest scores.
func New(k int) *Selector { return &Selector{k: k, heap: make([]key, 0, max(k, 0))} }

// Reset forgets all scores and keeps the memory.
func (s *Selector) Reset() { s.heap = s.heap[:0] }

// Len is the number of hits so far.
func (s *Selector) Len() int { return len(s.heap) }

// Threshold is the least score that can still be selected.
func (s *Selector) Threshold() float32 {
	switch {
	case s.k <= 0:
		return float32(math.NaN())
	case len(s.heap) < s.k:
		return float32(math.Inf(-1))
	}
	return s.heap[0].hit().Score
}

// Push offers one score.
func (s *Selector) Push(h Hit) {
	if h.Score >= s.Threshold() {
		s.push(keyOf(h))
	}
}

func (s *Selector) push(x key) {
	switch {
	case len(s.heap) < s.k:
		s.heap = append(s.heap, x)
		if len(s.heap) == s.k {
			for i := s.k/2 - 1; i >= 0; i-- {
				s.sink(i, s.heap[i])
			}
		}
	case s.heap[0] < x:
		s.sink(0, x)
	}
}

// PushAll offers scores[i] with index base+i for all i, except those for
// which skip(base+i) says true; skip may be nil.
func (s *Selector) PushAll(base int, scores []float32, skip func(i int) bool) {
	for i := 0; ; i++ {
		i += f32.IndexAtLeast(scores[i:], s.Threshold())
		if i == len(scores) {
			return
		}
		if skip == nil || !skip(base+i) {
			s.push(keyOf(Hit{base + i, scores[i]}))
		}
	}
}

// Best returns the hits, best first. Push may go on.
func (s *Selector) Best() []Hit {
	slices.Sort(s.heap) // ascending order is a heap
	best := make([]Hit, len(s.heap))
	for i, x := range s.heap {
		best[len(best)-1-i] = x.hit()
	}
	return best
}

// sink puts x in place i, or below it, where the heap needs it.
func (s *Selector) sink(i int, x key) {
	h := s.heap
	for child := 2*i + 1; child < len(h); child = 2*i + 1 {
		if next := child + 1; next < len(h) && h[next] < h[child] {
			child = next
		}
		if x <= h[child] {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = x
}

// key is a hit as a number, the higher the better: a score's bits in the order of
// numbers, then the index, lower ones first.
type key uint64

// keyOf is the key of a hit, whose score is not NaN and whose index is below 2³².
func keyOf(h Hit) key {
	b := math.Float32bits(h.Score + 0) // there is one zero
	return key(b^(uint32(int32(b)>>31)|1<<31))<<32 | key(^uint32(h.Index))
}

// hit is the hit of a key.
func (x key) hit() Hit {
	b := uint32(x >> 32)
	return Hit{int(^uint32(x)), math.Float32frombits(b ^ (^uint32(int32(b)>>31) | 1<<31))}
}
