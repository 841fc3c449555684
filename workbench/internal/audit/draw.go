// Package audit estimates how much of their true top k searches have found, from the scores of a
// few of the items that they left out, which are drawn by how likely each is to belong there.
package audit

import (
	"math"
	"math/rand/v2"
)

// Likelihood is how likely an item is to belong to a top k, up to a factor, r being its rank among
// those left out, from 0, where the best are ranked by searches that go on: on train queries of verbs
// it falls about so.
func Likelihood(r, k int) float64 {
	x := float64(r) + 1 + 2*math.Sqrt(float64(k))
	return 1 / (x * x)
}

// Chances are those of n items, in the order of their ranks, to be drawn: at most 1, they sum to
// calls, and are in proportion to the root of the likelihood, which gives the estimate its least variance.
func Chances(n, k, calls int) []float64 {
	chances := make([]float64, n)
	left := 0.0 // of those that are not certain
	for r := range chances {
		chances[r] = math.Sqrt(Likelihood(r, k))
		left += chances[r]
	}
	sure := 0
	for sure < n && sure < calls && chances[sure]*float64(calls-sure) >= left*(1-1e-12) {
		left -= chances[sure]
		chances[sure] = 1
		sure++
	}
	for r := sure; r < n; r++ {
		chances[r] *= float64(calls-sure) / left
	}
	return chances
}

// Sure is how many of the chances, from the first, are 1.
func Sure(chances []float64) int {
	n := 0
	for n < len(chances) && chances[n] == 1 {
		n++
	}
	return n
}

// Draw returns ranks, each with its chance: a systematic draw, whose length is the sum of the
// chances if that is whole.
func Draw(chances []float64, rng *rand.Rand) []int {
	var drawn []int
	sum, next := 0.0, rng.Float64()
	if next == 0 {
		next = 0.5
	}
	for r, c := range chances {
		if c == 1 {
			drawn = append(drawn, r)
			continue
		}
		if sum += c; sum > next {
			drawn, next = append(drawn, r), next+1
		}
	}
	return drawn
}
