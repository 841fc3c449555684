package workbench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/stats"
)

// What tells that query and item are exchanged: for so many queries that a coin would
// do it once in a hundred times, the exchanged order sets relevant items further
// apart from common ones, by this factor at least.
const (
	clearly  = 1.5
	unlikely = .01
	topOrder = 3 // of the dual encoder's best, which stand in for relevant items
)

// checkOrder looks at whether the scorer takes a pair as (query, item): some of the
// sample is scored with the two texts exchanged. A model reads both orders, and often
// puts relevant items first in both, but tells them from others less clearly in the
// one it was not trained on. A scorer to which order means nothing is no clearer in
// either. With too few queries to tell there is no finding.
func (c *scorerCheck) checkOrder(ctx context.Context, ts TextScorer) {
	cases := c.orderCases()
	if heads(len(cases), len(cases)) >= unlikely {
		return
	}
	var exchanged [][2]string
	for _, a := range cases {
		for _, p := range slices.Concat(a.gold, a.common) {
			exchanged = append(exchanged, [2]string{c.d.Items[c.pairs[p].Item].Text, c.d.Queries[c.pairs[p].Query].Text})
		}
	}
	scores, err := ts.Predict(quiet(ctx), exchanged)
	if err != nil || len(scores) != len(exchanged) {
		return // what is no error as it is asked need not be one the other way round
	}
	c.Calls += len(scores)
	clearer, gain := 0, 0.0
	for _, a := range cases {
		n := len(a.gold) + len(a.common)
		relevant, others := scores[:len(a.gold)], scores[len(a.gold):n]
		scores = scores[n:]
		gain += beats(relevant, others) - beats(c.at(a.gold), c.at(a.common))
		if m := margin(relevant, others); m > 0 && m > clearly*margin(c.at(a.gold), c.at(a.common)) {
			clearer++
		}
	}
	found := fmt.Sprintf("with query and item exchanged, relevant items stand out more clearly for %d of %s", clearer, plural(len(cases), "query", "queries"))
	if gain >= 0 && heads(clearer, len(cases)) < unlikely {
		c.add("order", Warning, found, "The two texts seem to reach the model in each other's place: the first of a pair is the query.")
	} else {
		c.add("order", Fine, found, "")
	}
}

// orderCases are the queries with relevant and common items. Where too few have a
// judgement the dual encoder's best stand in for relevant items.
func (c *scorerCheck) orderCases() []checkedQuery {
	_, judged := c.above(func(a checkedQuery) []int { return a.gold })
	var cases []checkedQuery
	for _, a := range c.asked {
		if judged == 0 {
			a.gold = a.top[:min(topOrder, len(a.top))]
		}
		if len(a.gold) > 0 && len(a.common) > 0 {
			cases = append(cases, a)
		}
	}
	return cases
}

// margin says how far above the others the mean of some scores lies, in their
// standard deviations.
func margin(scores, others []float64) float64 {
	var s, o stats.Moments
	for _, v := range scores {
		s.Add(v)
	}
	for _, v := range others {
		o.Add(v)
	}
	return (s.Mean - o.Mean) / o.Deviation()
}

// heads is the chance that a coin thrown n times falls heads up k times or more.
func heads(k, n int) float64 {
	chance, term := 0., 1.
	for i := n; i >= 0; i-- { // term is the number of ways to i heads
		if i >= k {
			chance += term
		}
		term *= float64(i) / float64(n-i+1)
	}
	return math.Ldexp(chance, -n)
}
