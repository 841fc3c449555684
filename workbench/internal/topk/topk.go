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

// Hit is a selected score and its index, below 2³².
type Hit struct {
	Index int
	Score float32
}

// Select returns the indices of the k highest scores, best first, fewer if
// there are not so many. Indices for which skip says true are left out; skip
// may be nil, and is asked only about scores that might be selected.
func Select(scores []float32, k int, skip func(i int) bool) []int {
	best := Best(scores, k, skip)
	indices := make([]int, len(best))
	for i, h := range best {
		indices[i] = h.Index
	}
	return indices
}

// Best is Select with the scores. What is not above most of a sample is not looked at, unless that turns out to leave
// fewer than k.
func Best(scores []float32, k int, skip func(i int) bool) []Hit {
	if s := New(k); k > 0 && len(scores) > sampleStep*sampleStep {
		s.least = keyOf(Hit{math.MaxUint32, sampled(scores, k, skip)})
		if s.PushAll(0, scores, skip); len(s.keys) >= k {
			return s.Best()
		}
	}
	s := New(k)
	s.PushAll(0, scores, skip)
	return s.Best()
}

// sampleStep is how many scores there are for one of a sample.
const sampleStep = 16

// sampled is a score that at least k others reach as a rule: of every sixteenth one that of a rank three deviations beyond
// k/16.
func sampled(scores []float32, k int, skip func(i int) bool) float32 {
	share := float64(k) / sampleStep
	s := New(int(share+3*math.Sqrt(share)) + 1)
	for i := 0; i < len(scores); i += sampleStep {
		if v := scores[i]; v >= s.Threshold() && (skip == nil || !skip(i)) {
			s.push(keyOf(Hit{i, v}))
		}
	}
	if len(s.keys) < s.k {
		return float32(math.Inf(-1))
	}
	s.drop()
	return s.least.hit().Score
}

// Selector keeps the k highest of the scores pushed so far. It gathers up to twice as many and then drops the
// lower half, which takes a few steps for each where a heap takes log k, unpredictable ones.
type Selector struct {
	k     int
	keys  []key
	least key // no lower one can be among the k highest; 0 while fewer than k are known
}

// New returns a Selector of the k highest scores.
func New(k int) *Selector { return &Selector{k: max(k, 0), keys: make([]key, 0, 2*max(k, 0))} }

// Reset forgets all scores and keeps the memory.
func (s *Selector) Reset() { s.keys, s.least = s.keys[:0], 0 }

// Threshold is a score below which none is selected any more: of those that were pushed before the lower half
// was last dropped, the k-th highest. After Best it is the k-th highest of all.
func (s *Selector) Threshold() float32 {
	switch {
	case s.k == 0:
		return float32(math.NaN())
	case s.least == 0:
		return float32(math.Inf(-1))
	}
	return s.least.hit().Score
}

// Push offers one score.
func (s *Selector) Push(h Hit) {
	if h.Score >= s.Threshold() {
		s.push(keyOf(h))
	}
}

func (s *Selector) push(x key) {
	if x <= s.least || s.k == 0 {
		return
	}
	if s.keys = append(s.keys, x); len(s.keys) == 2*s.k {
		s.drop()
	}
}

// drop leaves the k highest, in any order.
func (s *Selector) drop() {
	if s.k == 0 || len(s.keys) < s.k {
		return
	}
	partition(s.keys, s.k)
	s.keys = s.keys[:s.k]
	s.least = slices.Min(s.keys)
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
	s.drop()
	slices.Sort(s.keys)
	best := make([]Hit, len(s.keys))
	for i, x := range s.keys {
		best[len(best)-1-i] = x.hit()
	}
	return best
}

// partition moves the k highest keys, which differ from one another, to the front: Hoare's selection.
func partition(keys []key, k int) {
	lo, hi := 0, len(keys) // those before lo are higher, those from hi on lower than all between
	for hi-lo > 12 {
		a, b, c := keys[lo], keys[(lo+hi)/2], keys[hi-1]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi-1
		for i <= j {
			for keys[i] > pivot {
				i++
			}
			for keys[j] < pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j + 1
		case k > i:
			lo = i
		default:
			return
		}
	}
	slices.SortFunc(keys[lo:hi], func(a, b key) int { return cmp.Compare(b, a) })
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
