package workbench

import (
	"cmp"
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
