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

// What the deviation of errors is held to be before a round has shown it, in warped scores, and how
// many items of the round weigh as much: over train queries of verbs and artifacts.
const (
	priorDeviation = 0.45
	priorWeight    = 20
)

// leastNoise is as little noise as counts: half the least of the indexes that the weights were fitted on.
const leastNoise = 0.015

// Evidence is what a search knows after a round, all on one scale.
type Evidence struct {
	Rounds         [][]float64 // the scores of each round
	Expected, Came []float64   // what items of the latest round were expected to score when they were chosen, and what they did
	Rest           []float64   // what the best items not chosen were expected to score then, best first
	Noise          float64     // the variance of a score around the index's model: the more, the more is missed
}

// Recall estimates the share of the true k best items that are among the scored ones, at least k
// of all items being there: a logistic regression on what is left to be found by the model, on how
// many of the best k the last two rounds have brought, on what the model's errors were, and on its noise; where many have been
// scored what is left says less. NaN where
// no item of the latest round was expected to score anything.
func (e *Evidence) Recall(k int) float64 {
	if len(e.Came) == 0 {
		return math.NaN()
	}
	mean, deviation := e.errors()
	p := share(slices.Concat(e.Rounds...), e.Rest, mean, deviation, k)
	p = min(max(p, 0.005), 0.9995)
	last, before := e.brought(k)
	calls := 0
	for _, r := range e.Rounds {
		calls += len(r)
	}
	depth := math.Log(float64(calls) / float64(k))
	w := weightsAt(k)
	z := 0.0
	for i, x := range [...]float64{1, logit(p), math.Log(last + .5/float64(k)), math.Log(before + .5/float64(k)), depth, mean, math.Log(max(e.Noise, leastNoise)), logit(p) * depth} {
		z += w[i] * x
	}
	return logistic(z)
}

// weights are the regression's at k = 1, 10 and 100, fitted on train queries of verbs and artifacts
// (METHOD.md, "Knowing when to stop"); between them they go with log k, beyond them they stay.
var weights = [3][8]float64{
	{1.675, 0.254, -0.129, 0.002, 0.540, 0.659, 0.027, 0},
	{-1.349, 0.229, -0.224, -0.281, 0.339, 0.662, -0.291, 0},
	{-2.701, 0.494, -0.382, -0.383, 0.429, 0.345, -0.540, -0.121},
}

func weightsAt(k int) (w [8]float64) {
	at := min(max(math.Log10(float64(k)), 0), 2)
	i := min(int(at), 1)
	for j := range w {
		w[j] = weights[i][j] + (at-float64(i))*(weights[i+1][j]-weights[i][j])
	}
	return w
}

// errors returns mean and deviation of what came over what was expected; the deviation is drawn to
// the prior one.
func (e *Evidence) errors() (mean, deviation float64) {
	n := float64(len(e.Came))
	for i, x := range e.Expected {
		mean += (e.Came[i] - x) / n
	}
	squares := priorWeight * priorDeviation * priorDeviation
	for i, x := range e.Expected {
		squares += (e.Came[i] - x - mean) * (e.Came[i] - x - mean)
	}
	return mean, math.Sqrt(squares / (n + priorWeight))
}

// brought is the share of the best k scores that the last round has, and the one before it; where
// there is one alone it stands for both.
func (e *Evidence) brought(k int) (last, before float64) {
	type from struct {
		score float64
		round int
	}
	var all []from
	for r, scores := range e.Rounds {
		for _, s := range scores {
			all = append(all, from{s, r})
		}
	}
	slices.SortStableFunc(all, func(a, b from) int { return cmp.Compare(b.score, a.score) })
	for _, f := range all[:min(k, len(all))] {
		switch len(e.Rounds) - f.round {
		case 1:
			last += 1 / float64(k)
		case 2:
			before += 1 / float64(k)
		}
	}
	if len(e.Rounds) == 1 {
		before = last
	}
	return last, before
}

// share is the mean over the k best scores, of rank r each, of the chance that at most k − r of the
// items not scored come before it. These are taken to score normally about what is expected of
// them, with the mean and deviation of the errors; the number of them above a score t is then
// Poisson's with mean λ(t) = Σ P(s > t).
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

// above is P(z > −x) of a normal z to within 1e-9: the cubic through its values and slopes at both ends
// of a step of a table, because a search asks for it some ten thousand times.
func above(x float64) float64 {
	at := (x + normalEdge) * normalSteps
	switch {
	case math.IsNaN(x):
		return x
	case at <= 0:
		return 0
	case at >= 2*normalEdge*normalSteps:
		return 1
	}
	i := int(at)
	t, p, q := at-float64(i), &normalTable[i], &normalTable[i+1]
	rise := q.value - p.value
	return p.value + t*(p.slope+t*(3*rise-2*p.slope-q.slope+t*(p.slope+q.slope-2*rise)))
}

// The table goes from −normalEdge to normalEdge, where less than 1e-9 is left, in so many steps a unit.
const normalEdge, normalSteps = 6, 64

// normalTable holds the normal distribution and its slope a step.
var normalTable = func() (table [2*normalEdge*normalSteps + 1]struct{ value, slope float64 }) {
	for i := range table {
		x := float64(i)/normalSteps - normalEdge
		table[i].value = math.Erfc(-x/math.Sqrt2) / 2
		table[i].slope = math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) / normalSteps
	}
	return table
}()

// poisson is the probability that a Poisson variable of mean lambda is at most n.
func poisson(n int, lambda float64) float64 {
	if lambda <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(float64(n+1), lambda)
}
