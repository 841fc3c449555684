package workbench

import (
	"context"
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/enough"
	"axn/workbench/internal/shelf"
)

// forecaster is an estimate that can say how much of the true top k has been found.
type forecaster interface {
	// evidence returns all scores observed so far and, for the latest round, what was expected
	// of them before and what came, all on the scale of the probes' scores.
	evidence() (scores, expected, came []float64)
}

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

// judge sets the seekers' estimates of recall at k, and has those rest that have reached the
// target, if there is one.
func (b *block) judge(ctx context.Context, k int, target float64) error {
	var probes []shelf.Probe
	var of []*seeker
	for _, s := range b.seekers {
		s.recall = math.NaN()
		if len(s.seen) == b.open {
			s.recall = 1
		} else if f, ok := s.est.(forecaster); ok && k > 0 {
			if _, expected, _ := f.evidence(); len(expected) > 0 {
				p := s.est.probe(0)
				p.Query, p.Seen, p.Barred = s.query, s.seen, b.barred
				probes, of = append(probes, p), append(of, s)
			}
		}
	}
	if len(probes) == 0 {
		return nil
	}
	hits, err := b.items.Choose(ctx, probes, enough.Rest)
	if err != nil {
		return err
	}
	k = min(k, b.open)
	cores.Each(len(of), func(i int) {
		scores, expected, came := of[i].est.(forecaster).evidence()
		rest := make([]float64, len(hits[i]))
		for j, h := range hits[i] {
			rest[j] = float64(h.Score)
		}
		of[i].recall = enough.Recall(scores, expected, came, rest, k)
	})
	if target > 0 {
		b.seekers = slices.DeleteFunc(slices.Clone(b.seekers), func(s *seeker) bool { return s.recall >= target })
	}
	return nil
}

// judged tells whether a search wants the estimate after a round.
func (o SearchOptions) judged(last bool) bool { return o.K > 0 && (last || o.Recall > 0) }
