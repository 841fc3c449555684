package workbench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/gonum/stat/distuv"

	"axn/workbench/internal/stats"
)

// What a report says about the number of queries and items.
const (
	fewTrain = 50  // train queries to learn an index from
	fewTest  = 20  // test queries to measure recall on
	fewItems = 200 // items worth an index
)

// checkTexts looks for texts that are missing.
func (c *scorerCheck) checkTexts() {
	queries, firstQuery := countFailing(len(c.d.Queries), func(i int) bool { return c.readable(c.d.Queries[i].Text) })
	items, firstItem := countFailing(len(c.d.Items), func(i int) bool { return c.readable(c.d.Items[i].Text) })
	found := fmt.Sprintf("%s and %s, all with a text", plural(len(c.d.Queries), "query", "queries"), plural(len(c.d.Items), "item", "items"))
	if !c.byText {
		found = "the scorer goes by rows and reads no texts here"
	}
	switch {
	case queries > 0:
		c.add("texts", Problem, fmt.Sprintf("%d of %d queries have no text, first row %d (%s)", queries, len(c.d.Queries), firstQuery, c.d.Queries[firstQuery].ID), noTextAdvice)
	case items > 0:
		c.add("texts", Problem, fmt.Sprintf("%d of %d items have no text, first row %d (%s)", items, len(c.d.Items), firstItem, c.d.Items[firstItem].ID), noTextAdvice)
	default:
		c.add("texts", Fine, found, "")
	}
}

const noTextAdvice = "Scoring such a row is an error: fill the text in, or leave the row out of the file."

// countFailing counts the rows that do not hold, and says which is the first.
func countFailing(n int, holds func(int) bool) (count, first int) {
	for i := n - 1; i >= 0; i-- {
		if !holds(i) {
			count, first = count+1, i
		}
	}
	return count, first
}

// readable reports whether the scorer can read a text.
func (c *scorerCheck) readable(text string) bool { return !c.byText || text != "" }

// checkDuplicates looks for items that repeat each other and for test queries that
// are train queries, too.
func (c *scorerCheck) checkDuplicates() {
	first := map[string]int{}
	repeats, example := 0, ""
	for row, it := range c.d.Items {
		if it.Text == "" {
			continue
		}
		if earlier, ok := first[it.Text]; !ok {
			first[it.Text] = row
		} else if repeats++; repeats == 1 {
			example = fmt.Sprintf("rows %d and %d", earlier, row)
		}
	}
	train := map[string]bool{}
	for _, q := range c.d.Train {
		train[c.d.Queries[q].Text] = true
	}
	leaks, _ := countFailing(len(c.d.Test), func(i int) bool {
		text := c.d.Queries[c.d.Test[i]].Text
		return text == "" || !train[text]
	})
	var found, advice []string
	if leaks > 0 {
		found = append(found, fmt.Sprintf("%d of %d test queries are train queries, too", leaks, len(c.d.Test)))
		advice = append(advice, "Recall would look better than it is: give each query to one side only.")
	}
	if repeats > 0 {
		found = append(found, fmt.Sprintf("%d of %d items repeat an earlier text, first %s", repeats, len(c.d.Items), example))
		advice = append(advice, "Equal texts have equal scores and share the first places: keep one of each.")
	}
	switch {
	case len(first) == 0:
		c.add("duplicates", Fine, "there are no texts to compare", "")
		return
	case found == nil:
		c.add("duplicates", Fine, "no item text comes twice, no test query is a train query", "")
		return
	}
	c.add("duplicates", Warning, strings.Join(found, "; "), strings.Join(advice, " "))
}

// checkSize looks at whether there are enough rows.
func (c *scorerCheck) checkSize() {
	train, test, items := len(c.d.Train), len(c.d.Test), len(c.d.Items)
	found := fmt.Sprintf("%d train and %d test queries, %d items", train, test, items)
	switch {
	case train < fewTrain:
		c.add("size", Warning, found, fmt.Sprintf("An index learns from train queries, which need no judgements: with fewer than %d use Factorize without scores, or add queries such as titles or first sentences.", fewTrain))
	case test < fewTest:
		c.add("size", Warning, found, fmt.Sprintf("A recall over fewer than %d queries is known to ten points at best: look at low and high of Report.Frame.", fewTest))
	case items < fewItems:
		c.add("size", Warning, found, "So few items are scored in one go: an index saves little here.")
	default:
		c.add("size", Fine, found, "")
	}
}

// What tells that query and item are exchanged: for so many queries that a coin would
// do it once in a hundred times, the exchanged order sets relevant items further
// apart from common ones, by this factor at least.
const (
	clearerFactor = 1.5
	coinLevel     = .01
	topOrder      = 3 // of the dual encoder's best, which stand in for relevant items
)

// checkOrder looks at whether the scorer takes a pair as (query, item): some of the
// sample is scored with the two texts exchanged. A model reads both orders, and often
// puts relevant items first in both, but tells them from others less clearly in the
// one it was not trained on. A scorer to which order means nothing is no clearer in
// either. With too few queries to tell there is no finding.
func (c *scorerCheck) checkOrder(ctx context.Context, ts TextScorer) {
	cases := c.orderCases()
	if coinHeads(len(cases), len(cases)) >= coinLevel {
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
		if m := margin(relevant, others); m > 0 && m > clearerFactor*margin(c.at(a.gold), c.at(a.common)) {
			clearer++
		}
	}
	found := fmt.Sprintf("with query and item exchanged, relevant items stand out more clearly for %d of %s", clearer, plural(len(cases), "query", "queries"))
	if gain >= 0 && coinHeads(clearer, len(cases)) < coinLevel {
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

// coinHeads is the chance that a coin thrown n times falls heads up k times or more.
func coinHeads(k, n int) float64 {
	return distuv.Binomial{N: float64(n), P: .5}.Survival(float64(k - 1))
}

// checkLength looks at whether long texts are read to their ends: the last word is
// exchanged for other text, and if the score does not move by a bit the scorer has
// not seen it. Items are tried from the longest down.
func (c *scorerCheck) checkLength(ctx context.Context, ts TextScorer) error {
	items := byLength(len(c.d.Items), func(i int) string { return c.d.Items[i].Text })
	queries := byLength(len(c.d.Queries), func(i int) string { return c.d.Queries[i].Text })
	if len(items) == 0 || len(queries) == 0 {
		return nil
	}
	cut, count, err := c.shortestCut(ctx, ts, queries[0], items)
	if err != nil {
		return err
	}
	asked := queries[len(queries)-1]
	queryCut, err := c.unread(ctx, ts, [2]string{asked, items[0]}, [2]string{exchangeEnd(asked, items[0]), items[0]})
	if err != nil {
		return err
	}
	switch {
	case cut > 0:
		c.add("length", Warning, fmt.Sprintf("items of %d characters are not read to their ends; %d of %d are as long or longer", cut, count, len(items)),
			"The model reads a limited number of tokens: split long texts into passages, each an item of its own, or put first what matters.")
	case queryCut:
		c.add("length", Warning, fmt.Sprintf("the longest query, %d characters, is not read to its end", utf8.RuneCountInString(asked)),
			"The model reads a limited number of tokens: shorten the queries.")
	default:
		c.add("length", Fine, fmt.Sprintf("the longest item, %d characters, and the longest query, %d, are read to their ends",
			utf8.RuneCountInString(items[len(items)-1]), utf8.RuneCountInString(asked)), "")
	}
	return nil
}

// byLength lists the texts that are not empty, the shortest first.
func byLength(n int, text func(int) string) []string {
	var texts []string
	for i := range n {
		if text(i) != "" {
			texts = append(texts, text(i))
		}
	}
	slices.SortStableFunc(texts, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
	return texts
}

// shortestCut returns the length of the shortest item tried whose end is not read,
// and how many are not shorter; 0 if all are read.
func (c *scorerCheck) shortestCut(ctx context.Context, ts TextScorer, query string, items []string) (length, count int, err error) {
	n := len(items)
	for _, longer := range []int{0, n / 10, n / 4, n / 2, 3 * n / 4} { // items beyond the one tried
		text := items[n-1-longer]
		cut, err := c.unread(ctx, ts, [2]string{query, text}, [2]string{query, exchangeEnd(text, query)})
		if err != nil || !cut {
			return length, count, err
		}
		length, count = utf8.RuneCountInString(text), longer+1
	}
	return length, count, nil
}

// unread reports whether two pairs that differ in an end have one score.
func (c *scorerCheck) unread(ctx context.Context, ts TextScorer, a, b [2]string) (bool, error) {
	got, err := ts.Predict(quiet(ctx), [][2]string{a, b})
	if err != nil {
		return false, err
	}
	if len(got) != 2 {
		return false, fmt.Errorf("%w: the scorer answered %d scores for 2 pairs", ErrScore, len(got))
	}
	c.Calls += 2
	return got[0] == got[1], nil
}

// exchangeEnd puts other text in the place of the last word.
func exchangeEnd(text, other string) string {
	text = strings.TrimSpace(text)
	return text[:strings.LastIndexByte(text, ' ')+1] + other
}
