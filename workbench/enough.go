package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/audit"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/enough"
	"axn/workbench/internal/stats"
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
	if !b.estimates() || len(s.ahead) == 0 {
		return math.NaN()
	}
	estimate := b.Prior.calibration(k).Corrected(b.evidence(s).Recall(k))
	return min(estimate, float64(len(s.seen))/float64(k))
}

// evidence is what a seeker knows after a round, as warped scores.
func (b *block) evidence(s *seeker) *enough.Evidence {
	e, came := &enough.Evidence{Noise: b.Prior.Noise}, make(map[int]float64, len(s.last().Items))
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

// judged tells whether a search wants the estimate after a round. What a draw chose was not expected
// to score most, so that there is none.
func (o SearchOptions) judged(last bool) bool {
	return o.K > 0 && o.Softmax == 0 && (last || o.Recall > 0)
}

// RecallCalibration is by how much an index's searches are off when they estimate their recall at one K, as
// Index.CalibrateRecall has learnt it: an estimate of logit z becomes the one of logit z + Shift + Slope·z.
type RecallCalibration struct {
	K            int
	Shift, Slope float64
	Queries      int // that it was learnt from
	Calls        int // their searches' and what was spent beside them

	Estimate, Recall float64 // means over the queries: what they said before, and what they have found
}

// String fits one line.
func (c *RecallCalibration) String() string {
	return fmt.Sprintf("RecallCalibration: Top-%d-Recall of %d queries %.1f %%, estimated %.1f %%: shift %+.2f, slope %+.2f, %d calls",
		c.K, c.Queries, 100*c.Recall, 100*c.Estimate, c.Shift, c.Slope, c.Calls)
}

// CalibrateRecall has the index learn by how much its estimates of recall, Result.Recall, are off at
// o.Search.K, and correct those of later searches. The queries are any that the index was not made from, without
// relevance or neighbours. Each is searched at a fifth, two fifths, seven tenths and all of o.Search.Budget, at least K, so
// that small estimates are among those judged, and audited once, as Audit does; o.Calls are spent beside the searches, and
// no pair twice.
//
// Without it estimates are 1 to 3 points off in the mean at K = 100, up to 5 in a decile; METHOD.md has
// what 50 and 100 queries bring. Where the audit finds hardly any missing item, as at K = 10, it is the searches' own estimates at the
// whole budget that say how many there are. What is learnt is saved with the index, replaces what was learnt at the same K,
// and counts for other K by the logarithm: between two in proportion, beyond them less, until ten times as far
// nothing. Errors are those of Audit, and of an index that does not estimate: Calibrated made from scores does.
// No search may be under way.
func (ix *Index) CalibrateRecall(ctx context.Context, s Scorer, queries []int, o AuditOptions) (*RecallCalibration, error) {
	c, err := ix.calibrateRecall(ctx, s, queries, o)
	if err != nil {
		return nil, fmt.Errorf("workbench: calibrate recall: %w", err)
	}
	return c, nil
}

func (ix *Index) calibrateRecall(ctx context.Context, s Scorer, queries []int, o AuditOptions) (*RecallCalibration, error) {
	if err := o.check(s, queries); err != nil {
		return nil, err
	}
	switch {
	case !ix.estimates():
		return nil, errNoEstimate
	case o.Search.Recall > 0 || o.Search.Softmax > 0:
		return nil, errors.New("it learns from searches that spend their budget on what scores highest: leave Search.Recall and Search.Softmax 0")
	case o.Search.Rounds == 1 && o.Search.First != nil:
		return nil, errors.New("it learns from what searches say of their recall, and one of a single round that Search.First chooses says nothing: leave Search.First nil, or take more rounds")
	}
	c := &RecallCalibration{K: o.Search.K, Queries: len(queries)}
	var said, found []float64
	err := ix.auditBlocks(ctx, s, queries, o, func(block, calls []int) error {
		paid := &payOnce{Scorer: s, known: map[Pair]float64{}}
		says, has, err := ix.auditShares(ctx, paid, block, calls, o)
		said, found, c.Calls = append(said, says...), append(found, has...), c.Calls+len(paid.known)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Estimate, c.Recall = stats.Mean(said), stats.Mean(found)
	if math.IsNaN(c.Estimate + c.Recall) {
		return nil, errors.New("a search did not say what recall it has, and nothing can be learnt from that")
	}
	line := enough.Calibrate(said, found, auditedAlike).After(ix.Prior.calibration(c.K))
	c.Shift, c.Slope = line.Shift, line.Slope
	ix.Prior.calibrate(*c)
	return c, nil
}

// auditShares searches a block at shares of the budget, and returns what each search says of its recall and what
// an audit says. Where the audit has hardly drawn an item that is missing, it goes by what the searches at the whole budget say is.
func (ix *Index) auditShares(ctx context.Context, s Scorer, queries, calls []int, o AuditOptions) (said, found []float64, err error) {
	parts, known := make([][]audit.Search, len(auditedShares)), make([][]audit.Scored, len(queries))
	for i, share := range auditedShares {
		part := o.Search
		part.Budget = max(part.K, int(share*float64(part.Budget)))
		rs, err := ix.searchBlock(ctx, s, queries, part)
		if err != nil {
			return nil, nil, err
		}
		for q, r := range rs {
			said = append(said, r.Recall)
			parts[i] = append(parts[i], audit.Search{Found: scored(r.Rounds)})
			known[q] = append(known[q], parts[i][q].Found...)
		}
	}
	a, err := ix.auditBlock(ctx, s, queries, calls, o.Search, audit.Brief(o.Search.K), known)
	if err != nil {
		return nil, nil, err
	}
	whole, err := a.draw(ctx, s, o.Seed)
	if err != nil {
		return nil, nil, err
	}
	for _, part := range parts {
		for q := range part {
			part[q] = whole[q].Of(part[q].Found)
		}
	}
	k, last := min(o.Search.K, a.open), len(parts)-1
	others := audit.Others(parts[last], k, said[last*len(queries):])
	for _, part := range parts {
		found = append(found, audit.Each(part, k, others)...)
	}
	return said, found, nil
}

// auditedShares are those of the budget that a calibration's queries are searched at. Of the searches of one query two say
// about as much as one: by how much their estimates are off correlates by 0.2 to 0.6.
var auditedShares = [...]float64{0.2, 0.4, 0.7, 1}

const auditedAlike = 2

// payOnce asks for no pair twice.
type payOnce struct {
	Scorer
	known map[Pair]float64
}

func (p *payOnce) Score(ctx context.Context, pairs []Pair) ([]float64, error) {
	var others []Pair
	for _, pair := range pairs {
		if _, ok := p.known[pair]; !ok {
			others = append(others, pair)
		}
	}
	if len(others) > 0 {
		scores, err := scorePairs(ctx, p.Scorer, others)
		if err != nil {
			return nil, err
		}
		for i, pair := range others {
			p.known[pair] = scores[i]
		}
	}
	scores := make([]float64, len(pairs))
	for i, pair := range pairs {
		scores[i] = p.known[pair]
	}
	return scores, nil
}

// estimates tells whether the index's searches estimate their recall.
func (ix *Index) estimates() bool { return ix.Prior != nil && len(ix.Prior.Curve.X) > 0 }

var errNoEstimate = errors.New("the index cannot say how much a search has found: Factorize by Calibrated with scores")

// calibrate takes in what was learnt at one K. Copies of the index keep what they know.
func (p *Prior) calibrate(c RecallCalibration) {
	all := slices.DeleteFunc(slices.Clone(p.Calibrations), func(known RecallCalibration) bool { return known.K == c.K })
	p.Calibrations = append(all, c)
	slices.SortFunc(p.Calibrations, func(a, b RecallCalibration) int { return cmp.Compare(a.K, b.K) })
}

// calibration is the line that corrects estimates at k: by log k between the ones learnt, and beyond them
// with less of the last one.
func (p *Prior) calibration(k int) enough.Calibration {
	var line enough.Calibration
	for i, c := range p.Calibrations {
		weight := 1 - math.Abs(math.Log10(float64(k)/float64(c.K)))
		if next := i + 1; k > c.K && next < len(p.Calibrations) {
			weight = towards(c.K, k, p.Calibrations[next].K)
		} else if k < c.K && i > 0 {
			weight = towards(c.K, k, p.Calibrations[i-1].K)
		}
		weight = max(weight, 0)
		line.Shift, line.Slope = line.Shift+weight*c.Shift, line.Slope+weight*c.Slope
	}
	return line
}

// towards is 1 at k = from, falls with log k, and is 0 at k = to.
func towards(from, k, to int) float64 {
	return math.Log(float64(to)/float64(k)) / math.Log(float64(to)/float64(from))
}
