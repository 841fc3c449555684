package workbench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/chart"
	"axn/workbench/internal/stats"
)

// checkVariety looks at whether scores depend on both texts. It reports whether
// there is anything to tell items apart by.
func (c *scorerCheck) checkVariety() bool {
	var all stats.Moments
	for _, v := range c.scores {
		all.Add(v)
	}
	switch distinct := len(slices.Compact(slices.Sorted(slices.Values(c.scores)))); {
	case all.Deviation() == 0:
		c.add("variety", Problem, fmt.Sprintf("every score is %.6g", c.scores[0]), "The texts do not reach the model, or its head is not trained.")
		return false
	case c.same(func(p Pair) int { return p.Query }):
		c.add("variety", Problem, "all items of a query have the same score", "The item's text does not reach the model: look at how pairs are made.")
		return false
	case c.same(func(p Pair) int { return p.Item }):
		c.add("variety", Problem, "an item has the same score for every query", "The query's text does not reach the model: look at how pairs are made.")
		return false
	case 10*distinct < len(c.scores):
		c.add("variety", Warning, fmt.Sprintf("only %d different scores in %d", distinct, len(c.scores)), "Ties break by row, not by worth: ask for scores that are not rounded.")
	default:
		c.add("variety", Fine, fmt.Sprintf("%d different scores in %d, standard deviation %.3g", distinct, len(c.scores), all.Deviation()), "")
	}
	return true
}

// same reports whether pairs that share a row have one score, and some do share one.
func (c *scorerCheck) same(row func(Pair) int) bool {
	first, shared := map[int]float64{}, false
	for i, p := range c.pairs {
		earlier, ok := first[row(p)]
		if ok && earlier != c.scores[i] {
			return false
		}
		first[row(p)], shared = c.scores[i], shared || ok
	}
	return shared
}

// checkRepeats scores some pairs again, the last first and in a smaller batch.
func (c *scorerCheck) checkRepeats(ctx context.Context, s Scorer) {
	n := min(len(c.pairs), 100)
	again := slices.Clone(c.pairs[:n])
	slices.Reverse(again)
	got, err := s.Score(quiet(ctx), again)
	if err != nil || len(got) != n {
		c.add("repeats", Problem, fmt.Sprintf("scoring again failed: %d scores for %d pairs, error %v", len(got), n, err), "A search calls many times: every call has to answer.")
		return
	}
	c.Calls += n
	var all stats.Moments
	worst := 0.0
	for i, v := range got {
		before := c.scores[n-1-i]
		all.Add(before)
		worst = max(worst, math.Abs(v-before))
	}
	if found := fmt.Sprintf("%d pairs scored again in another order move by %.2g at most", n, worst); worst > .01*all.Deviation() || math.IsNaN(worst) {
		c.add("repeats", Problem, found, "Scores must not depend on chance or on the batch: switch dropout off, mask padding, answer in the order of the pairs.")
	} else {
		c.add("repeats", Fine, found, "")
	}
}

// checkScale looks for the mark of a sigmoid.
func (c *scorerCheck) checkScale() {
	low, high := slices.Min(c.scores), slices.Max(c.scores)
	ends, _ := countFailing(len(c.scores), func(i int) bool { return c.scores[i] > 1e-7 && c.scores[i] < 1-1e-7 })
	switch share := 100 * float64(ends) / float64(len(c.scores)); {
	case low < 0 || high > 1:
		c.add("scale", Fine, "raw scores, not squeezed into 0 to 1", "")
	case share > 5:
		c.add("scale", Problem, fmt.Sprintf("all between 0 and 1, and %.0f %% at an end", share), sigmoidAdvice)
	default:
		c.add("scale", Warning, fmt.Sprintf("all between 0 and 1: %.3g to %.3g", low, high), sigmoidAdvice)
	}
}

const sigmoidAdvice = "Probabilities hide differences among the best and the worst: return the logit before the sigmoid (RerankClient asks for it)."

// above is the share of cases in which a score at one of some indices is higher than
// at one of the others, a tie counting half: 0.5 by chance. The mean is over queries
// that have both; n counts them, 0 if there are too few to tell.
func (c *scorerCheck) above(of func(checkedQuery) []int) (share float64, n int) {
	for _, a := range c.asked {
		indices, others := c.at(of(a)), c.at(slices.Concat(a.common, a.random))
		if len(indices) == 0 || len(others) == 0 {
			continue
		}
		share, n = share+beats(indices, others), n+1
	}
	if n < enoughQueries {
		return 0, 0
	}
	return share / float64(n), n
}

// at are the scores at indices of the sample.
func (c *scorerCheck) at(indices []int) []float64 {
	scores := make([]float64, len(indices))
	for i, p := range indices {
		scores[i] = c.scores[p]
	}
	return scores
}

// beats is the share of pairs in which one of the scores is higher than one of the
// others, a tie counting half. Neither may be empty.
func beats(scores, others []float64) float64 {
	wins := 0.0
	for _, v := range scores {
		for _, o := range others {
			switch {
			case v > o:
				wins++
			case v == o:
				wins += .5
			}
		}
	}
	return wins / float64(len(scores)*len(others))
}

// enoughQueries are as many as it takes to tell by.
const enoughQueries = 4

// What the shares mean: below the first, better items score lower; up to the second,
// no higher than by chance.
const (
	invertedShare = .35
	chanceShare   = .6
)

// checkDirection looks at whether relevant items, and those the dual encoder likes,
// score higher than random ones.
func (c *scorerCheck) checkDirection() {
	gold, judged := c.above(func(a checkedQuery) []int { return a.gold })
	top, known := c.above(func(a checkedQuery) []int { return a.top })
	evidence, share := fmt.Sprintf("relevant items score above random ones in %.0f %% of cases (%s)", 100*gold, plural(judged, "query", "queries")), gold
	if judged == 0 {
		evidence, share = fmt.Sprintf("the dual encoder's best score above random items in %.0f %% of cases", 100*top), top
	}
	switch {
	case judged == 0 && known == 0:
		c.add("direction", Warning, fmt.Sprintf("nothing to tell it by: fewer than %d queries with judgements or dual-encoder vectors", enoughQueries), "Look at one query's best and worst items: Exact and Describe.")
	case share < invertedShare:
		c.add("direction", Problem, evidence, "Lower seems to be better: return −score, or the logit of the relevant class.")
	case share < chanceShare:
		c.add("direction", Warning, evidence, "No better than chance: are pairs (query, item), rows in step with the texts, the model one for this task?")
	default:
		c.add("direction", Fine, evidence, "")
	}
	if share < invertedShare {
		top = 1 - top // the user will negate the scores: judge the dual encoder by that
	}
	c.checkDual(top, known, judged)
}

// checkDual looks at whether the dual encoder is of use.
func (c *scorerCheck) checkDual(top float64, known, judged int) {
	found := fmt.Sprintf("its %d best items score above random ones in %.0f %% of cases", checkTop, 100*top)
	switch {
	case !c.dual:
		c.add("dual encoder", Warning, "the data set has no vectors", "Embed makes them; every method needs them.")
	case known == 0:
		c.add("dual encoder", Warning, fmt.Sprintf("fewer than %d queries with items beside its best are too few to tell", enoughQueries), "Add queries, if only for this check.")
	case top < chanceShare && judged > 0:
		c.add("dual encoder", Warning, found, "It knows nothing of the cross-encoder: searches start blind. Take one for this kind of text, or check that its rows are in step.")
	case top < chanceShare:
		c.add("dual encoder", Warning, found, "The two encoders do not agree, so one of them is wrong here; a few judgements would tell which.")
	default:
		c.add("dual encoder", Fine, found, "")
	}
}

// checkSpeed says what an index and a search would take.
func (c *scorerCheck) checkSpeed() {
	train, items := len(c.d.Train), len(c.d.Items)
	seconds := func(calls int) string { return duration(float64(calls) / c.PairsPerSecond) }
	calls := train * min(100, items)
	c.add("speed", Fine, fmt.Sprintf("%s pairs a second: %s for an index of %s calls (100 items for each train query), %s for all items of one query",
		chart.Short(int(math.Round(c.PairsPerSecond))), seconds(calls), chart.Short(calls), seconds(items)), "")
}

// duration writes seconds for people.
func duration(seconds float64) string {
	switch {
	case seconds < .1:
		return "under 0.1 s"
	case seconds < 10:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 120:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 7200:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.0f h", seconds/3600)
}
