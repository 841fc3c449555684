package workbench

import (
	"context"
	"errors"
	"fmt"
)

// Cascade is two cross-encoders for one search: Fast scores the rounds, Exact the best of what they
// found once more, so that results carry Exact's scores in Exact's order. Fast may be the same model
// in int8, or a smaller one.
//
//	fast, err := workbench.OpenCrossEncoderWith(dir, workbench.EncoderOptions{Precision: "int8"})
//	both := workbench.Cascade{Fast: workbench.NewScorer(fast, data), Exact: workbench.NewScorer(exact, data)}
//
// As a Scorer it gives Fast's scores, so that an index made of what Observe scores with it expects Fast's, and
// Calibrated's noise has that of Fast in it. Exact and Recall take Exact's for the truth; Result.Recall, stopping by
// it, and Approximate go by Fast's, of which the rounds are.
type Cascade struct {
	Fast, Exact Scorer

	// Again is how many items of a query Exact scores, of Fast's best; 0 = 2·K, and where K is 0
	// all that the rounds scored. At least K are.
	Again int
}

// Score gives Fast's scores.
func (c Cascade) Score(ctx context.Context, pairs []Pair) ([]float64, error) {
	return c.Fast.Score(ctx, pairs)
}

// Fingerprint is that of Fast.
func (c Cascade) Fingerprint() (string, error) {
	if f, ok := c.Fast.(Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}

// String fits one line.
func (c Cascade) String() string {
	again := "the best 2K"
	if c.Again > 0 {
		again = fmt.Sprint("the best ", c.Again)
	}
	return fmt.Sprintf("Cascade: rounds by %T, %s again by %T", c.Fast, again, c.Exact)
}

// cascadeOf returns s if it is a Cascade.
func cascadeOf(s Scorer) (c Cascade, ok bool) {
	if p, is := s.(*Cascade); is && p != nil {
		return *p, true
	}
	c, ok = s.(Cascade)
	return c, ok
}

// truth is the scorer that s is judged by: a Cascade's Exact, or s itself.
func truth(s Scorer) Scorer {
	if c, ok := cascadeOf(s); ok {
		return c.Exact
	}
	return s
}

// tiers are the scorers that a search asks: s, or both of a Cascade.
func tiers(s Scorer) []Scorer {
	if c, ok := cascadeOf(s); ok {
		return []Scorer{c.Fast, c.Exact}
	}
	return []Scorer{s}
}

// checkScorer returns an error when s is nil, half of a Cascade, or one of Cascades.
func checkScorer(s Scorer) error {
	switch of := s.(type) {
	case rowScorer:
		if missing(of.ts) || of.d == nil {
			return errNoScorer
		}
	case lookUp:
		if of.m == nil {
			return errNoScorer
		}
		return of.m.checkShape("the table of scores")
	}
	if missing(s) {
		return errNoScorer
	}
	c, ok := cascadeOf(s)
	if !ok {
		return nil
	}
	if c.Fast == nil || c.Exact == nil || c.Again < 0 {
		return fmt.Errorf("a Cascade needs Fast and Exact, and Again cannot be negative: they are %T, %T and %d", c.Fast, c.Exact, c.Again)
	}
	for _, tier := range tiers(s) {
		if _, ok := cascadeOf(tier); ok {
			return errors.New("a Cascade has two scorers, and one of them is a Cascade")
		}
	}
	return nil
}

var errNoScorer = errors.New("there is no scorer: it is nil, or what NewScorer or LookUp was given; look at the error of what should have opened it")

// places is how many items are scored again where keep are wanted; 0 is all.
func (c Cascade) places(keep int) int {
	if c.Again == 0 {
		return 2 * keep
	}
	return max(c.Again, keep)
}
