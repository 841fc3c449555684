package workbench

import (
	"fmt"
	"strings"
)

// What a report says about the number of queries and items.
const (
	fewTrain = 50  // train queries to learn an index from
	fewTest  = 20  // test queries to measure recall on
	fewItems = 200 // items worth an index
)

// checkTexts looks for texts that are missing.
func (c *scorerCheck) checkTexts() {
	queries, firstQuery := missing(len(c.d.Queries), func(i int) bool { return c.readable(c.d.Queries[i].Text) })
	items, firstItem := missing(len(c.d.Items), func(i int) bool { return c.readable(c.d.Items[i].Text) })
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

// missing counts the rows that do not hold, and says which is the first.
func missing(n int, holds func(int) bool) (count, first int) {
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
	leaks, _ := missing(len(c.d.Test), func(i int) bool {
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
