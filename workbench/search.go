package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/shelf"
)

// ErrBudget says that a search was asked for without a budget.
var ErrBudget = errors.New("the budget must be positive: set Budget to the cross-encoder calls a query may spend")

// SearchOptions say how to search. The zero value of every field but Budget is
// the best setting known.
type SearchOptions struct {
	K      int // results kept; 0 keeps every scored item; more than are scored keeps all
	Budget int // B: cross-encoder calls per query, round 1 included; more than there are items scores all
	Rounds int // R: how many rounds the budget is split into; 0 = 5 (ANNCUR 2), and never more than the budget

	// First chooses the items of round 1, the Y of AXN_{X,Y}; nil leaves it to
	// the method: ADACUR takes the dual encoder's top, ANNCUR its fixed anchors,
	// and the others what their own scores put first.
	First      Initializer
	FirstShare float64 // share of the budget spent in round 1, 0 to 1; 0 = 1/Rounds (ANNCUR 0.3)

	// Lambda is the weight of the query's own vector in AXN's blend (eq. 7), 0 to
	// 1; 0 is pure regression. Only the AXN methods look at it.
	Lambda float64

	// Softmax draws the items of every round after the first at random, without
	// replacement and in proportion to exp(score/Softmax), as ADACUR's SoftMax
	// strategy does; 0 takes the highest scores.
	Softmax float64
	Seed    int64 // same seed, same draws

	// SameScorer makes it an ErrOtherScorer to search with another cross-encoder than the
	// index was observed with. Otherwise the first such search of an index says so in its
	// progress line, or in the log where nobody follows its progress (see WithProgress).
	// Nothing is said where either has no fingerprint, or where one is a table of scores,
	// which does not say what model it comes from, and the other is not.
	SameScorer bool

	// Store has the items, as Items gives them, for an index that need not have them
	// itself (see Head); nil takes the index's own. The store is asked for Oversample
	// times the items of a round, 0 = 4, by a straight line in place of the prior's
	// curve, and the formula chooses among them: more find more of what a scan of all
	// items would choose, and take longer. Initializers and Softmax need scores of all
	// items and are errors.
	Store      ItemStore
	Oversample int
}

func (o SearchOptions) check() error {
	switch {
	case o.Budget <= 0:
		return fmt.Errorf("%w (it is %d)", ErrBudget, o.Budget)
	case o.K < 0 || o.Rounds < 0:
		return fmt.Errorf("K %d and Rounds %d cannot be negative", o.K, o.Rounds)
	case !(o.Lambda >= 0 && o.Lambda <= 1):
		return fmt.Errorf("Lambda is %v, not between 0 and 1", o.Lambda)
	case !(o.FirstShare >= 0 && o.FirstShare <= 1):
		return fmt.Errorf("FirstShare is %v, not between 0 and 1", o.FirstShare)
	case o.Oversample < 0:
		return fmt.Errorf("Oversample %d cannot be negative", o.Oversample)
	case !(o.Softmax >= 0) || math.IsInf(o.Softmax, 1):
		return fmt.Errorf("Softmax is %v, not 0 or a temperature", o.Softmax)
	}
	return nil
}

// options fills in what o leaves to the method.
func (ix *Index) options(o SearchOptions) SearchOptions {
	own := systems[ix.Method].defaults
	if o.Rounds == 0 {
		o.Rounds = cmp.Or(own.Rounds, 5)
	}
	if o.FirstShare == 0 {
		o.FirstShare = own.FirstShare
	}
	return o
}

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
	Calls  int       // cross-encoder calls spent, never more than the budget
}

// blockQueries is how many queries advance together: enough for a scorer and the
// scans to work in large batches.
const blockQueries = 64

// Search finds the items that the cross-encoder scores highest for a query, a
// row of the data set the index was made for. See SearchAll for its errors.
func (ix *Index) Search(ctx context.Context, s Scorer, query int, o SearchOptions) (*Result, error) {
	rs, err := ix.SearchAll(ctx, s, []int{query}, o)
	if len(rs) == 0 {
		return nil, err
	}
	return &rs[0], err
}

// SearchAll runs Search for many queries at once; results come in the order of
// queries and do not depend on how many are asked for together. A budget that is not
// positive is an ErrBudget, a query that the index does not know an error. When the scorer
// fails or ctx is cancelled, the error names queries and round, and the results
// so far are returned with it: complete ones first, then those under way with
// the rounds they have.
//
// Beyond the index it takes O(64·B·(B + p)) floats for the evidence of a block of
// 64 queries and, on each core, O(512·(64 + p)) for the scan of 512 items at a
// time; scores of all items exist only for queries whose First is an Initializer,
// one a core.
func (ix *Index) SearchAll(ctx context.Context, s Scorer, queries []int, o SearchOptions) ([]Result, error) {
	if err := ix.checkSearch(queries, o); err != nil {
		return nil, fmt.Errorf("workbench: search: %w", err)
	}
	results := make([]Result, 0, len(queries))
	m := startProgress(ctx, "search", "queries", len(queries))
	defer m.end()
	if err := ix.checkSameScorer(ctx, s, o.SameScorer, m); err != nil {
		return nil, fmt.Errorf("workbench: search: %w", err)
	}
	for block := range slices.Chunk(queries, blockQueries) {
		rs, err := ix.searchBlock(ctx, s, block, o)
		results = append(results, rs...)
		if err != nil {
			return results, fmt.Errorf("workbench: search: %w", err)
		}
		m.add(len(block))
	}
	return results, nil
}

func (ix *Index) checkSearch(queries []int, o SearchOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	for _, q := range queries {
		if q < 0 || q >= ix.DE.Queries.Rows {
			return fmt.Errorf("no query row %d: the index knows %d queries", q, ix.DE.Queries.Rows)
		}
	}
	return ix.checkStore(o)
}

// searchBlock is AXN's Algorithm 1 for a block of queries in lockstep: in each
// round every query chooses items by its approximate scores, one call scores
// them all, and every query refits its approximation to all it has seen.
func (ix *Index) searchBlock(ctx context.Context, s Scorer, queries []int, o SearchOptions) ([]Result, error) {
	o = ix.options(o)
	b, err := ix.newBlock(ctx, queries, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", queryNames(queries), err)
	}
	items, _ := b.items.Size()
	for r, size := range roundSizes(min(o.Budget, items), o.Rounds, o.FirstShare) {
		if err := b.round(ctx, s, r, size, o); err != nil {
			return finish(b.seekers, o), fmt.Errorf("%s, round %d: %w", queryNames(queries), r+1, err)
		}
	}
	return finish(b.seekers, o), nil
}

// roundSizes splits the budget into rounds as evenly as whole numbers allow,
// the larger ones first; a share above 0 fixes the first round's size, at least 1.
func roundSizes(budget, rounds int, share float64) []int {
	if share > 0 && rounds > 1 && budget > 0 {
		first := max(1, int(math.Round(share*float64(budget))))
		return append([]int{first}, roundSizes(budget-first, rounds-1, 0)...)
	}
	sizes := make([]int, min(rounds, budget))
	for r := range sizes {
		sizes[r] = budget / len(sizes)
		if r < budget%len(sizes) {
			sizes[r]++
		}
	}
	return sizes
}

// seeker is one query's search under way.
type seeker struct {
	query  int
	est    estimate
	seen   map[int]bool // the items of rounds
	rounds []Round      // the last one without scores until scoreRound
	left   int          // calls still to spend
}

// estimate follows one query.
type estimate interface {
	// probe returns the approximate scores given all evidence so far, up to a
	// constant, plus what so many deviations of an item's score from them add.
	probe(optimism float64) shelf.Probe
	// observe adds items not seen before and the cross-encoder's scores of them.
	observe(items shelf.Rows, scores []float64)
}

// take starts a round with items.
func (k *seeker) take(items []int) {
	k.rounds = append(k.rounds, Round{Items: items})
	k.left -= len(items)
	for _, it := range items {
		k.seen[it] = true
	}
}

// refit takes the last round's scores into the approximation; after the last
// call nobody asks for it.
func (k *seeker) refit(ctx context.Context, items shelf.Shelf) error {
	if k.left == 0 {
		return nil
	}
	r := k.rounds[len(k.rounds)-1]
	rows, err := items.Rows(ctx, r.Items)
	if err == nil {
		k.est.observe(rows, r.Scores)
	}
	return err
}

// scoreRound scores what all seekers have chosen in one call.
func scoreRound(ctx context.Context, s Scorer, seekers []*seeker) error {
	var pairs []Pair
	for _, k := range seekers {
		for _, it := range k.rounds[len(k.rounds)-1].Items {
			pairs = append(pairs, Pair{k.query, it})
		}
	}
	got, err := score(ctx, s, pairs)
	if err != nil {
		return err
	}
	for _, k := range seekers {
		r := &k.rounds[len(k.rounds)-1]
		r.Scores, got = got[:len(r.Items):len(r.Items)], got[len(r.Items):]
	}
	return nil
}

func finish(seekers []*seeker, o SearchOptions) []Result {
	rs := make([]Result, len(seekers))
	for i, k := range seekers {
		rs[i] = k.result(o.K)
	}
	return rs
}

// result ranks all that was scored by exact score.
func (k *seeker) result(keep int) Result {
	res := Result{Query: k.query}
	for _, r := range k.rounds {
		if r.Scores == nil { // chosen, but the scorer failed
			continue
		}
		res.Rounds = append(res.Rounds, r)
		res.Items = append(res.Items, r.Items...)
		res.Scores = append(res.Scores, r.Scores...)
	}
	res.Calls = len(res.Items)
	rank(res.Items, res.Scores)
	if keep > 0 && keep < len(res.Items) {
		res.Items, res.Scores = res.Items[:keep:keep], res.Scores[:keep:keep]
	}
	return res
}

// queryNames names one query or a block of them.
func queryNames(queries []int) string {
	if len(queries) == 1 {
		return fmt.Sprintf("query %d", queries[0])
	}
	return fmt.Sprintf("queries %d to %d", queries[0], queries[len(queries)-1])
}

// String fits one line.
func (r *Result) String() string {
	return fmt.Sprintf("Result query %d: %d items from %d calls in %d rounds", r.Query, len(r.Items), r.Calls, len(r.Rounds))
}
