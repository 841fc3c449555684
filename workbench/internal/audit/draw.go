// Package audit estimates how much of their true top k searches have found, from the scores of a
// few of the items that they left out, which are drawn by how likely each is to belong there.
package audit

import (
	"math"
	"math/rand/v2"
)

// likelihoods are how likely each of n items that were left out, in the order of their ranks, is to belong to a top k,
// up to a factor. The best are ranked by searches that go on; on train queries of verbs and artifacts the likelihood
// falls about so at k = 10 and k = 100, after 100 calls and after 500.
func likelihoods(n int) []float64 {
	all := make([]float64, n)
	for r := range all {
		x := float64(r) + 1 + float64(n)/shallow
		all[r] = 1 / (x * x * math.Sqrt(x))
	}
	return all
}

// shallow is how many times the ranks where the likelihood has begun to fall go into all.
const shallow = 12

// surely is the share of the calls that the search goes on by. Of the others the estimate must
// see some at all ranks.
const surely = 1. / 4

// Chances are those of n items, in the order of their ranks, to be drawn: at most 1, and they sum to
// calls. A quarter of the calls is for the first ranks, and of the others chances are in proportion to the root of the
// likelihood, which gives a sum over the drawn ones its least variance.
func Chances(n, calls int) []float64 {
	chances := likelihoods(n)
	sure := min(n, max(int(surely*float64(calls)), 2*calls-n)) // of few items most are scored anyway
	left := 0.0                                                // of those that are not certain
	for r := range chances {
		if r < sure {
			chances[r] = 1
		} else {
			chances[r] = math.Sqrt(chances[r])
			left += chances[r]
		}
	}
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
