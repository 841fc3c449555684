package rerank

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"axn/workbench/internal/remote"
)

// result is the score of one text, or why the answer has none.
type result struct {
	score float64
	err   error
}

// listKeys are what servers call the list of results, or what they wrap around it.
var listKeys = []string{"results", "data", "rankings", "scores", "output"}

// scoreKeys are what they call a score.
var scoreKeys = []string{"relevance_score", "score", "logit"}

// parse reads the answer to a request of n texts: a list of results in any order, each with the
// index of its text, or of n bare numbers. An entry that cannot be used costs only the text it
// belongs to. The error is why the answer has no score at all.
func parse(answer []byte, n int) ([]result, error) {
	answer, err := remote.JSON(answer, "scores", "a rerank server")
	if err != nil {
		return nil, err
	}
	list, ok := findList(answer, 3)
	if !ok {
		return nil, remote.Without(answer, "list of results (results, data, …)")
	}
	return place(list, n)
}

// findList finds the list of results, at most depth objects deep.
func findList(raw json.RawMessage, depth int) (list []json.RawMessage, ok bool) {
	if json.Unmarshal(raw, &list) == nil && list != nil {
		return list, true
	}
	var object map[string]json.RawMessage
	if depth == 0 || json.Unmarshal(raw, &object) != nil {
		return nil, false
	}
	for _, key := range listKeys {
		if list, ok = findList(object[key], depth-1); ok {
			return list, true
		}
	}
	return nil, false
}

// place gives each text its result.
func place(list []json.RawMessage, n int) ([]result, error) {
	got := make([][]result, n)
	beyond, bare := 0, 0 // entries of index n, and without one
	for i, raw := range list {
		index, r := readEntry(raw, i, len(list) == n)
		switch index {
		case n:
			beyond++
		case -1:
			bare++
		}
		if index >= 0 && index < n {
			got[index] = append(got[index], r)
		}
	}
	if beyond > 0 && len(got) > 0 && got[0] == nil {
		return nil, fmt.Errorf("the answer has an index %d and no index 0: it counts %d texts from 1, where 0 is wanted", n, n)
	}
	if bare == len(list) && bare > 0 && n > 0 {
		return nil, fmt.Errorf("none of the answer's %d results has an index, a whole number from 0 that says whose it is: %s", bare, remote.OneLine(string(list[0][:min(len(list[0]), 100)])))
	}
	results, scored := make([]result, n), false
	for i, rs := range got {
		results[i] = only(rs, i)
		scored = scored || results[i].err == nil
	}
	if !scored && n > 0 {
		return nil, fmt.Errorf("the answer has %d results and no score for any of %d texts: %w", len(list), n, results[0].err)
	}
	return results, nil
}

// only is the one result of text i.
func only(rs []result, i int) result {
	switch {
	case len(rs) == 0:
		return result{err: fmt.Errorf("the answer has no result for text %d of its request", i)}
	case slices.ContainsFunc(rs, func(r result) bool { return r != rs[0] }):
		return result{err: fmt.Errorf("the answer has %d different results for text %d of its request", len(rs), i)}
	case rs[0].err != nil:
		return result{err: fmt.Errorf("text %d of its request: %w", i, rs[0].err)}
	}
	return rs[0]
}

// The errors of an entry are values, so that two equal entries are equal.
type entryError string

func (e entryError) Error() string { return string(e) }

// readEntry reads an entry; index is -1 when it has none. A bare number is the score of the text
// in its place, if there is one for each.
func readEntry(raw json.RawMessage, at int, complete bool) (index int, r result) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		if !complete {
			return -1, result{}
		}
		return at, readScore(raw)
	}
	var place *float64
	if json.Unmarshal(object["index"], &place) != nil || place == nil || *place != math.Trunc(*place) || math.Abs(*place) > 1e9 {
		return -1, result{}
	}
	for _, key := range scoreKeys {
		if value, ok := object[key]; ok {
			return int(*place), readScore(value)
		}
	}
	return int(*place), result{err: entryError("the result has no score (" + strings.Join(scoreKeys, ", ") + ")")}
}

func readScore(raw json.RawMessage) (r result) {
	var score *float64
	switch err := json.Unmarshal(raw, &score); {
	case err != nil:
		r.err = entryError(fmt.Sprintf("the score is %s, not a number", remote.OneLine(string(raw))))
	case score == nil:
		r.err = entryError("the score is null")
	default:
		r.score = *score
	}
	return r
}
