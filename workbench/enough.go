package workbench

import (
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/enough"
)

// sizes are how many items each round chooses. Where a search is to stop at a recall, and
// nothing else is said, every round brings the calls to targetGrowth times what they were, so
// that few are spent beyond need.
func sizes(o SearchOptions, open int) []int {
	budget := min(o.Budget, open)
	if o.Recall == 0 || o.Rounds > 0 {
		return roundSizes(budget, o.Rounds, o.FirstShare)
	}
	var rounds []int
	for done := 0; done < budget; done += rounds[len(rounds)-1] {
		next := max(firstTargetRound, int(targetGrowth*float64(done)))
		rounds = append(rounds, min(next, budget)-done)
	}
	return rounds
}

// The rounds of a search that stops at a recall.
const (
	firstTargetRound = 25
	targetGrowth     = 1.4
)

// judge sets the seekers' estimates of recall at k after a round, and has those rest that have
// reached the target, if there is one. It goes by what the latest round's items were expected to
// score when they were chosen, and by those that came next in the same lists: it costs no scan and
// no fit beyond those of the search.
func (b *block) judge(k int, target float64) {
	k = min(k, b.open)
	cores.Each(len(b.seekers), func(i int) { b.seekers[i].recall = b.estimated(b.seekers[i], k) })
	if target > 0 {
		b.seekers = slices.DeleteFunc(slices.Clone(b.seekers), func(s *seeker) bool { return s.recall >= target })
	}
}

// estimated is a seeker's estimate of recall at k; NaN where it cannot say.
func (b *block) estimated(s *seeker, k int) float64 {
	if len(s.seen) == b.open {
		return 1
	}
	if b.Prior == nil || len(b.Prior.Curve.X) == 0 || len(s.ahead) == 0 {
		return math.NaN()
	}
	return b.evidence(s).Recall(k)
}

// evidence is what a seeker knows after a round, as warped scores.
func (b *block) evidence(s *seeker) *enough.Evidence {
	e, came := &enough.Evidence{}, make(map[int]float64, len(s.last().Items))
	for _, r := range s.rounds {
		scores := make([]float64, len(r.Scores))
		for i, x := range r.Scores {
			scores[i] = b.Prior.Warp.At(x)
			came[r.Items[i]] = scores[i]
		}
		e.Rounds = append(e.Rounds, scores)
	}
	for _, h := range s.ahead {
		if c, taken := came[h.Index]; taken {
			e.Expected, e.Came = append(e.Expected, float64(h.Score)), append(e.Came, c)
		} else {
			e.Rest = append(e.Rest, float64(h.Score))
		}
	}
	return e
}

// judged tells whether a search wants the estimate after a round.
func (o SearchOptions) judged(last bool) bool { return o.K > 0 && (last || o.Recall > 0) }
