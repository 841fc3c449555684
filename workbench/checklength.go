package workbench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

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
