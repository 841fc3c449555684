package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Round is one round of a search: the items it chose, in the order chosen, and
// what the cross-encoder said.
type Round struct {
	Items  []int
	Scores []float64
}

// Result is what one search found.
type Result struct {
	Query  int
	Items  []int     // best first by cross-encoder score, ties by lower item row; at most K
	Scores []float64 // cross-encoder scores, parallel to Items
	Rounds []Round   // everything scored, whatever K is
	Calls  int       // cross-encoder calls spent, never more than the budget; of a Cascade its Fast's

	// Rescored is what a Cascade's Exact scored again, in the order of Fast's scores, and ExactCalls how many
	// those are: beside Calls, and not within the budget. Items then are of them alone.
	Rescored   Round
	ExactCalls int

	// Recall is the search's own estimate of its Top-K-Recall among the items that it might have
	// chosen. It is NaN where the method cannot say, which Calibrated made from scores can, and
	// where K is 0; 1 where all items were scored. Index.CalibrateRecall makes it better.
	Recall float64

	among int // items that the search chose from; 0 is not known
}

// checkAmong returns an error when results are of searches in another data set, as the number of
// its items shows.
func (d *Dataset) checkAmong(rs []Result) error {
	for i := range rs {
		if n := rs[i].among; n > 0 && n != len(d.Items) {
			return fmt.Errorf("result %d is of a search among %d items, and %s has %d: they are of different data sets, or items were added since: search again", i, n, d.Name, len(d.Items))
		}
	}
	return nil
}

// String fits one line.
func (r Result) String() string {
	text := fmt.Sprintf("Result query %d: %d items from %d calls in %d rounds", r.Query, len(r.Items), r.Calls, len(r.Rounds))
	if r.ExactCalls > 0 {
		text += fmt.Sprintf(", the best %d scored again", r.ExactCalls)
	}
	return text
}

// Frame shows the result as a table: query, rank (from 1), item, round (from 1),
// score; best first.
func (r Result) Frame() dataframe.DataFrame {
	n := len(r.Items)
	query, rank, round := make([]int, n), make([]int, n), make([]int, n)
	found := r.foundIn()
	for i, it := range r.Items {
		query[i], rank[i], round[i] = r.Query, i+1, found[it]
	}
	return dataframe.New(
		series.New(query, series.Int, "query"), series.New(rank, series.Int, "rank"), series.New(r.Items, series.Int, "item"),
		series.New(round, series.Int, "round"), series.New(r.Scores, series.Float, "score"))
}

// foundIn maps every scored item to its round, from 1.
func (r *Result) foundIn() map[int]int {
	in := make(map[int]int, r.Calls)
	for i, round := range r.Rounds {
		for _, it := range round.Items {
			in[it] = i + 1
		}
	}
	return in
}

// Trace shows the search round by round against the exact neighbours: round,
// calls (so far), best (highest score so far, NaN before there is one), found (exact neighbours scored so
// far), new (of them in this round). Neighbours of another query, or none, are an error:
// the table's Err.
func (r Result) Trace(exact Neighbors) dataframe.DataFrame {
	switch {
	case len(exact.Items) == 0:
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: trace: query %d: there are no exact neighbours to look for: Exact finds them", r.Query)}
	case exact.Query != r.Query:
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: trace: the result is of query %d, the exact neighbours of query %d", r.Query, exact.Query)}
	}
	n := len(r.Rounds)
	round, calls, found, fresh := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	best := make([]float64, n)
	sofar := Result{}
	for i, rd := range r.Rounds {
		sofar.Rounds = r.Rounds[:i+1]
		round[i], calls[i], found[i], best[i] = i+1, len(rd.Items), sofar.hits(exact.Items), math.NaN()
		if len(rd.Scores) > 0 {
			best[i] = slices.Max(rd.Scores)
		}
		fresh[i] = found[i]
		if i > 0 {
			calls[i] += calls[i-1]
			best[i] = slices.MaxFunc(best[i-1:i+1], cmp.Compare) // NaN is the least
			fresh[i] -= found[i-1]
		}
	}
	return dataframe.New(
		series.New(round, series.Int, "round"), series.New(calls, series.Int, "calls"), series.New(best, series.Float, "best"),
		series.New(found, series.Int, "found"), series.New(fresh, series.Int, "new"))
}

// hits counts which of the wanted items the search scored, a Cascade by Exact; each once, however
// often a method or a run names it.
func (r *Result) hits(want []int) int {
	left, rounds := make(map[int]bool, len(want)), r.Rounds
	if r.ExactCalls > 0 {
		rounds = []Round{r.Rescored}
	}
	for _, it := range want {
		left[it] = true
	}
	for _, round := range rounds {
		for _, it := range round.Items {
			delete(left, it)
		}
	}
	return len(want) - len(left)
}

// scored counts the items of all rounds. It returns an error when one of them is no item of so
// many, is there twice, or has no score.
func (r *Result) scored(items int) (n int, err error) {
	seen := make(map[int]bool, r.Calls)
	for i, round := range r.Rounds {
		if len(round.Scores) != len(round.Items) {
			return n, fmt.Errorf("query %d, round %d: %w: %d items and %d scores", r.Query, i+1, ErrShape, len(round.Items), len(round.Scores))
		}
		for _, it := range round.Items {
			if it < 0 || it >= items {
				return n, fmt.Errorf("query %d, round %d: %w: item %d of %d", r.Query, i+1, ErrShape, it, items)
			}
			if seen[it] {
				return n, fmt.Errorf("query %d, round %d: item %d is there twice", r.Query, i+1, it)
			}
			seen[it] = true
		}
		n += len(round.Items)
	}
	return n, nil
}

// again has a Cascade's Exact score the best items of finished searches, in one call; for any other scorer it does nothing.
// Where it fails the results have no items, since none has its score.
func again(ctx context.Context, s Scorer, rs []Result, keep int) error {
	c, ok := cascadeOf(s)
	if !ok {
		return nil
	}
	var pairs []Pair
	for i := range rs {
		r := &rs[i]
		r.Items, r.Scores = nil, nil
		r.Rescored.Items, _ = best(r.Rounds, c.places(keep))
		for _, it := range r.Rescored.Items {
			pairs = append(pairs, Pair{r.Query, it})
		}
	}
	got, err := scorePairs(ctx, c.Exact, pairs)
	for i := range rs {
		r := &rs[i]
		n := len(r.Rescored.Items)
		if err != nil {
			r.Rescored = Round{}
			continue
		}
		r.Rescored.Scores, got = got[:n:n], got[n:]
		r.ExactCalls = n
		r.Items, r.Scores = best([]Round{r.Rescored}, keep)
	}
	if err != nil {
		return fmt.Errorf("the best of the rounds again: %w", err)
	}
	return nil
}

// ResultOf is the result of a search by a method of your own, such as a Searcher: the items of its rounds, the best k of
// them first, 0 being all, and what they cost. It keeps the rounds. Recall is NaN.
func ResultOf(query int, rounds []Round, k int) Result {
	r := Result{Query: query, Rounds: rounds, Recall: math.NaN()}
	for _, round := range rounds {
		r.Calls += len(round.Items)
	}
	r.Items, r.Scores = best(rounds, k)
	return r
}

// best are the k items that the rounds scored highest and their scores, best first, ties by lower item; k = 0 takes all.
func best(rounds []Round, k int) (items []int, scores []float64) {
	for _, round := range rounds {
		items, scores = append(items, round.Items...), append(scores, round.Scores...)
	}
	sortByScore(items, scores)
	if k > 0 && k < len(items) {
		items, scores = items[:k:k], scores[:k:k]
	}
	return items, scores
}

// ranked fills a result with items by their scores, as one round.
func (r *Result) ranked(scores map[int]float64) {
	for it := range scores {
		r.Items = append(r.Items, it)
	}
	slices.Sort(r.Items)
	for _, it := range r.Items {
		r.Scores = append(r.Scores, scores[it])
	}
	sortByScore(r.Items, r.Scores)
	r.Rounds = []Round{{Items: r.Items, Scores: r.Scores}}
}

// sortByScore sorts items and their scores together: best first, ties by lower item.
func sortByScore(items []int, scores []float64) {
	sort.Sort(&ranking{items, scores})
}

type ranking struct {
	items  []int
	scores []float64
}

func (r *ranking) Len() int { return len(r.items) }

func (r *ranking) Less(i, j int) bool {
	if r.scores[i] != r.scores[j] {
		return r.scores[i] > r.scores[j]
	}
	return r.items[i] < r.items[j]
}

func (r *ranking) Swap(i, j int) {
	r.items[i], r.items[j] = r.items[j], r.items[i]
	r.scores[i], r.scores[j] = r.scores[j], r.scores[i]
}
