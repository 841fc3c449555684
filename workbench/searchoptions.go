package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
)

// ErrBudget says that a search was asked for without a budget.
var ErrBudget = errors.New("the budget must be positive: set Budget to the cross-encoder calls a query may spend")

// SearchOptions say how to search. The zero value of every field but Budget is
// the best setting known.
type SearchOptions struct {
	K      int // results kept; 0 keeps every scored item; more than are scored keeps all
	Budget int // B: cross-encoder calls per query, round 1 included, and of a Cascade its Fast's; more than there are items scores all
	Rounds int // R: how many rounds the budget is split into; 0 = 5 (ANNCUR 2), and never more than the budget

	// Recall is the Top-K-Recall at which a query's search stops: rounds end when its estimate,
	// Result.Recall, reaches it, and Budget is the most that may be spent; 0 spends all of it.
	// K must be set, and the method be able to say: Calibrated made from scores. Zero Rounds then
	// are as many as it takes, each of which brings the calls to 1.4 times what they were, from 25.
	Recall float64

	// First chooses the items of round 1, the Y of AXN_{X,Y}; nil leaves it to
	// the method: ADACUR takes the dual encoder's top, ANNCUR its fixed anchors,
	// and the others what their own scores put first.
	First      Initializer
	FirstShare float64 // share of the budget spent in round 1, 0 to 1; 0 = 1/Rounds (ANNCUR 0.3). With Recall it needs Rounds

	// Lambda is the weight of the query's own vector in AXN's blend (eq. 7), 0 to
	// 1; 0 is pure regression. Only the AXN methods look at it.
	Lambda float64

	// Softmax draws the items of every round after the first at random, without
	// replacement and in proportion to exp(score/Softmax), as ADACUR's SoftMax
	// strategy does; 0 takes the highest scores.
	Softmax float64
	Seed    int64 // same seed, same draws

	// Allow is a filter: only items for which it returns true are scored and returned; nil
	// allows all. It is asked about every item once for each block of 64 queries, before round 1.
	Allow func(item int) bool

	// Learn is after how many queries later ones of the same call know what those before them paid
	// for: a copy of the index learns it as by Index.Update; 0 is never. The index itself stays as it
	// was: Update(Paid(results)) has it keep what was learnt. Results then depend on the order of the queries,
	// and on nothing else. No query may be one that the index was made from, because a pair counts once.
	// Calibrated made from scores can learn; in other cases it is an error.
	Learn int

	// SameScorer makes it an ErrOtherScorer to search with another cross-encoder than the
	// index was observed with. Otherwise the first such search of an index says so in its
	// progress line, or in the log where nobody follows its progress (see WithProgress).
	// Nothing is said where either has no fingerprint, or where one is a table of scores,
	// which does not say what model it comes from, and the other is not.
	SameScorer bool

	// Probe is the share of the items that a round looks at, those of the inverted lists of which
	// the means score highest; 1 looks at all. Of ten million synthetic items 0.2 took a quarter of the
	// scan's processor time and lost 0.1 points of recall@10 and 0.3 of recall@100, 0.15 a fifth, and 0.8 and 0.7 points; small
	// sets of unlike items would lose more.
	// Of these items some are left out by the first half of their features' codes, with bounds that hold for all
	// but one in some ten thousand. 0 is 0.2 for an index of 2 million items or more that has lists (see Index.MakeLists),
	// and 1 for others. Less than 1 without lists is an error. Of fewer than 50,000 items all are looked at, because
	// that is as fast. Twice the share, and so on, is looked at
	// where too few of its items may be chosen. A query with signals looks at all.
	Probe float64

	// Store holds the items, in the row layout of Index.Items. With it the index may be a
	// Head, which has no items; nil takes the index's own. The store is asked for Oversample
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
	case !(o.Recall >= 0 && o.Recall <= 1):
		return fmt.Errorf("Recall is %v, not between 0 and 1", o.Recall)
	case o.Recall > 0 && o.K == 0:
		return errors.New("Recall is the share of the true K best items: set K")
	case o.Recall > 0 && o.Rounds == 0 && o.FirstShare > 0:
		return fmt.Errorf("FirstShare is %v, and a search for a Recall has rounds of its own: set Rounds, or leave FirstShare 0", o.FirstShare)
	case o.Recall > 0 && o.Softmax > 0:
		return errors.New("Recall cannot be estimated of items that Softmax draws: leave one of them 0")
	case o.K < 0 || o.Rounds < 0 || o.Learn < 0:
		return fmt.Errorf("K %d, Rounds %d and Learn %d cannot be negative", o.K, o.Rounds, o.Learn)
	case !(o.Lambda >= 0 && o.Lambda <= 1):
		return fmt.Errorf("Lambda is %v, not between 0 and 1", o.Lambda)
	case !(o.FirstShare >= 0 && o.FirstShare <= 1):
		return fmt.Errorf("FirstShare is %v, not between 0 and 1", o.FirstShare)
	case !(o.Probe >= 0 && o.Probe <= 1):
		return fmt.Errorf("Probe is %v, not between 0 and 1", o.Probe)
	case o.Oversample < 0:
		return fmt.Errorf("Oversample %d cannot be negative", o.Oversample)
	case !(o.Softmax >= 0) || math.IsInf(o.Softmax, 1):
		return fmt.Errorf("Softmax is %v, not 0 or a temperature", o.Softmax)
	}
	return nil
}

// options fills in what o leaves to the method.
func (ix *Index) options(o SearchOptions) SearchOptions {
	own := methods[ix.Method].defaults
	if o.Rounds == 0 && o.Recall == 0 {
		o.Rounds = cmp.Or(own.Rounds, 5)
	}
	if o.FirstShare == 0 {
		o.FirstShare = own.FirstShare
	}
	return o
}

// ErrOtherScorer says that a search was to use another cross-encoder than the one its
// index was observed with.
var ErrOtherScorer = errors.New("it is another cross-encoder")

func (ix *Index) checkSearch(queries []int, o SearchOptions) error {
	if err := cmp.Or(ix.checkOpen(), o.check()); err != nil {
		return err
	}
	for _, q := range queries {
		if q < 0 || q >= ix.DE.Queries.Rows {
			return fmt.Errorf("no query row %d: the index knows %d queries", q, ix.DE.Queries.Rows)
		}
		if ix.Queries != nil && q >= ix.Queries.Rows && ix.queryTower == nil {
			return fmt.Errorf("query row %d came after the index: %w", q, errNoGrowth)
		}
	}
	if o.Recall > 0 && !ix.estimates() {
		return fmt.Errorf("Recall is %v, or leave it 0: %w", o.Recall, errNoEstimate)
	}
	if o.Learn > 0 {
		if err := ix.checkLearn(queries, o); err != nil {
			return err
		}
	}
	return ix.checkStore(o)
}

// checkStore returns an error when a search cannot be made over its store.
func (ix *Index) checkStore(o SearchOptions) error {
	if o.Store == nil {
		if o.Probe > 0 && o.Probe < 1 && ix.items().Lists == nil {
			return fmt.Errorf("Probe is %v, and the index has no inverted lists: MakeLists first, or leave Probe 0", o.Probe)
		}
		if ix.Features.Rows == 0 {
			return fmt.Errorf("the index has no items of its own: set Store to where they are")
		}
		return nil
	}
	_, cols := o.Store.Size()
	switch {
	case o.Probe > 0:
		return fmt.Errorf("over a store, Probe %v is not possible: it is of the index's own lists", o.Probe)
	case cols != ix.layout().Cols():
		return fmt.Errorf("%w: the store has rows of %d floats, and the index reads %d", ErrShape, cols, ix.layout().Cols())
	case o.First != nil || methods[ix.Method].begin == byChance:
		return fmt.Errorf("over a store, round 1 cannot be left to an Initializer, which scores all items (method %s)", ix.Method)
	case o.Softmax > 0:
		return fmt.Errorf("over a store, Softmax is not possible: a draw scores all items")
	}
	return nil
}

// checkSameScorer warns, once an index, that s is not the cross-encoder which the index was
// observed with: in the progress of the search, or in the log where nobody listens to it. If
// strict it returns an ErrOtherScorer each time.
func (ix *Index) checkSameScorer(ctx context.Context, s Scorer, strict bool, m *meter) error {
	if ix.Fingerprint == "" || ix.owner().warned.Load() && !strict {
		return nil
	}
	of := fingerprintOf(ctx, s)
	if sameScores(ix.Fingerprint, of) {
		return nil
	}
	if c, ok := cascadeOf(s); ok && fingerprintOf(ctx, c.Exact) == ix.Fingerprint {
		return nil
	}
	if strict {
		return fmt.Errorf("%w: the index was observed with %q, the scorer is %q: observe and factorize again", ErrOtherScorer, ix.Fingerprint, of)
	}
	if ix.owner().warned.Swap(true) {
		return nil
	}
	text := fmt.Sprintf("the index was observed with another cross-encoder (%q) than this search uses (%q): observe and factorize again", ix.Fingerprint, of)
	m.warn("search", text)
	return nil
}
