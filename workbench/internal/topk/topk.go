// Package topk selects the highest scores. Of equal scores the one with the
// lower index is higher; NaN is never selected. The selection depends on the
// set of scores alone, not on the order or the parts they come in.
package topk

import (
	"cmp"
	"math"
	"slices"

	"axn/workbench/internal/f32"
)

// Hit is a selected score and its index.
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
	heap []Hit // once it holds k: a heap with the lowest hit at the root
}

// New returns a Selector of the k highest scores.
func New(k int) *Selector { return &Selector{k: k, heap: make([]Hit, 0, max(k, 0))} }

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
	return s.heap[0].Score
}

// Push offers one score.
func (s *Selector) Push(h Hit) {
	switch {
	case !(h.Score >= s.Threshold()):
	case len(s.heap) < s.k:
		s.heap = append(s.heap, h)
		if len(s.heap) == s.k {
			for i := s.k/2 - 1; i >= 0; i-- {
				s.sink(i)
			}
		}
	case lower(s.heap[0], h):
		s.heap[0] = h
		s.sink(0)
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
			s.Push(Hit{base + i, scores[i]})
		}
	}
}

// Best sorts the hits, best first, and returns them. They share memory with
// the Selector and live until the next Push or Reset; Push may go on.
func (s *Selector) Best() []Hit {
	slices.SortFunc(s.heap, func(a, b Hit) int {
		if a.Score != b.Score {
			return cmp.Compare(b.Score, a.Score)
		}
		return a.Index - b.Index
	})
	best := slices.Clone(s.heap)
	slices.Reverse(s.heap) // ascending order is a heap
	return best
}

// lower tells whether a ranks below b.
func lower(a, b Hit) bool {
	return a.Score < b.Score || a.Score == b.Score && a.Index > b.Index
}

// sink restores the heap below position i.
func (s *Selector) sink(i int) {
	h := s.heap
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && lower(h[child+1], h[child]) {
			child++
		}
		if !lower(h[child], h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
