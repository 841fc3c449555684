package enough

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The share is what scores drawn as the model says give, over many draws, but for what a Poisson
// variable differs from a sum of chances that are not all small, which is most at k = 1.
func TestShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(81, 1))
	for _, k := range []int{1, 5, 20, 60} {
		var scores, rest []float64
		for range 50 {
			scores = append(scores, rng.NormFloat64())
		}
		for range 80 {
			rest = append(rest, rng.NormFloat64()-1)
		}
		slices.SortFunc(rest, func(a, b float64) int { return cmp.Compare(b, a) })
		const mean, deviation, draws = .2, .5, 4000
		want := 0.0
		for range draws {
			type item struct {
				score  float64
				scored bool
			}
			var all []item
			for _, s := range scores {
				all = append(all, item{s, true})
			}
			for _, x := range rest {
				all = append(all, item{x + mean + deviation*rng.NormFloat64(), false})
			}
			slices.SortFunc(all, func(a, b item) int { return cmp.Compare(b.score, a.score) })
			for _, it := range all[:k] {
				if it.scored {
					want += 1 / float64(k) / draws
				}
			}
		}
		if got := share(scores, rest, mean, deviation, k); math.Abs(got-want) > .09 {
			t.Errorf("k = %d: %.3f, drawn %.3f", k, got, want)
		}
	}
}

// More found, fewer left to find, never lowers the estimate, which stays between 0 and 1.
func TestRecallGrows(t *testing.T) {
	scores, rest := []float64{3, 2.5, 2, 1, 0}, []float64{2, 1.5, 1, 0}
	before := 0.0
	for from := range len(rest) + 1 {
		e := Recall(scores, []float64{1, 0}, []float64{1, 0}, rest[from:], 4)
		if !(e >= before && e <= 1) {
			t.Errorf("%d left: %v after %v", len(rest)-from, e, before)
		}
		before = e
	}
	if e := Recall(scores, nil, nil, nil, 10); !(e > 0 && e < 1) {
		t.Errorf("5 of 10: %v", e)
	}
}
