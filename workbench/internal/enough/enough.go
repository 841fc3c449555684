// Package enough estimates how much of its true top k a search has found, from what it expects of
// the items it has not scored.
package enough

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Rest is how many of the best items not scored count. Lower ones hardly ever belong to a top k.
const Rest = 600

// What the error of an expectation is held to be before a round has shown it, and how many items
// of the round weigh as much: the mean and deviation of warped scores around the expectation,
// over train queries of verbs and artifacts (METHOD.md, "Knowing when to stop").
const (
	priorMean      = 0.15
	priorDeviation = 0.45
	priorWeight    = 20
)

// Recall estimates the share of the true k best items that are among the scored ones, at least k
// of all items being there. scores are of all scored items; expected is what was expected of
// those of the latest round before they were scored, and came what their scores were; rest is
// what is now expected of the best items not scored. All are on one scale.
//
// Items not scored are taken to score normally about what is expected of them, with the mean and
// deviation that the errors of the latest round show. The number N(t) of them above a score t is
// then Poisson's with mean λ(t) = Σ P(s > t), and of the scored items the one of rank r belongs
// to the true top k with probability P(N(its score) ≤ k − r). The mean of these over k is
// calibrated by a logistic line whose two coefficients were fitted on train queries of two
// domains, because errors of neighbouring items are not independent.
func Recall(scores, expected, came, rest []float64, k int) float64 {
	mean, deviation := errors(expected, came)
	return calibrated(share(scores, rest, mean, deviation, k), k)
}

// share is the mean of P(N(its score) ≤ k − r).
func share(scores, rest []float64, mean, deviation float64, k int) float64 {
	best := slices.Clone(scores)
	slices.SortFunc(best, func(a, b float64) int { return cmp.Compare(b, a) })
	best = best[:min(k, len(best))]
	found := 0.0
	for r, t := range best {
		lambda := 0.0
		for _, x := range rest {
			p := above((x + mean - t) / deviation)
			lambda += p
			if p < 1e-9 { // rest falls
				break
			}
		}
		found += poisson(k-1-r, lambda)
	}
	return found / float64(k)
}

// errors returns mean and deviation of what came over what was expected, drawn to the prior ones.
func errors(expected, came []float64) (mean, deviation float64) {
	n := float64(len(came) + priorWeight)
	sum := priorWeight * priorMean
	for i, x := range expected {
		sum += came[i] - x
	}
	mean = sum / n
	squares := priorWeight * priorDeviation * priorDeviation
	for i, x := range expected {
		squares += (came[i] - x - mean) * (came[i] - x - mean)
	}
	return mean, math.Sqrt(squares / n)
}

// above is P(z > −x) of a normal z.
func above(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// poisson is the probability that a Poisson variable of mean lambda is at most n.
func poisson(n int, lambda float64) float64 {
	if lambda <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(float64(n+1), lambda)
}

// The logistic line log(p/(1−p)) = a + b·log(e/(1−e)) of the true recall p on the estimate e at
// k = 10 and at k = 100; between them it goes with log k, beyond them it stays.
var line = [2]struct{ a, b float64 }{{0.867, 0.392}, {0.023, 0.842}}

func calibrated(e float64, k int) float64 {
	if k == 0 {
		return 1
	}
	at := min(max(math.Log10(float64(k))-1, 0), 1)
	a, b := line[0].a+at*(line[1].a-line[0].a), line[0].b+at*(line[1].b-line[0].b)
	e = min(max(e, 0.005), 0.9995)
	return 1 / (1 + math.Exp(-a-b*math.Log(e/(1-e))))
}
