// Package audit estimates how much of their true top k searches have found, from the scores of a
// few of the items that they left out, which are drawn by how likely each is to belong there.
package audit

import (
	"math"
	"math/rand/v2"
)

// Law is how likely an item that was left out is to belong to a top k, by its rank r among n: as
// (r + 1 + Near + Wide·n)^−Power.
type Law struct {
	Near, Wide, Power float64
	Surely            float64 // share of the calls that the search goes on by, at least
}

// Thorough is the law of audits of a tenth of the items or more, whose searches have gone on by hundreds: on train
// queries of verbs and artifacts the likelihood then falls about so at k = 10 and k = 100, after 100 calls and after 500. The
// estimate must see some items at all ranks.
var Thorough = Law{Wide: 1. / 12, Power: 2.5, Surely: 1. / 4}

// Brief is the law of audits of some hundred items, most of which must be among the first ranks.
func Brief(k int) Law { return Law{Near: 2 * math.Sqrt(float64(k)), Power: 2} }

// likelihoods are those of n items, up to a factor.
func (l Law) likelihoods(n int) []float64 {
	all := make([]float64, n)
	for r := range all {
		all[r] = math.Pow(float64(r)+1+l.Near+l.Wide*float64(n), -l.Power)
	}
	return all
}

// Chances are those of n items, in the order of their ranks, to be drawn: at most 1, and they sum to
// calls. Some calls are for the first ranks, and of the others chances are in proportion to the root of the
// likelihood, which gives a sum over the drawn ones its least variance.
func (l Law) Chances(n, calls int) []float64 {
	chances := l.likelihoods(n)
	sure := min(n, max(int(l.Surely*float64(calls)), 2*calls-n)) // of few items most are scored anyway
	left := 0.0                                                  // of those that are not certain
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
