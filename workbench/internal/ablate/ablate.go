// Package ablate switches parts of Calibrated off, so that what each is worth can be measured.
// A switch is no setting of an index or a search: a context carries it to the fits and searches
// that are made with it.
package ablate

import (
	"context"
	"slices"
)

// Part is a part of Calibrated that can be left out.
type Part string

// The parts, and what stands in the place of each.
const (
	Warp       Part = "warp"             // scores centred and scaled as they are, not by their ranks
	FreeBias   Part = "free item bias"   // an item's bias is what its vector and views say
	Deviations Part = "deviations"       // an item's features are what its vector and views say
	Relevance  Part = "weights of views" // every direction of a view counts in full
	Slope      Part = "slope per query"  // a query's scores rise with the prior mean as expected
	Optimism   Part = "optimism"         // items are chosen by their expected scores
	Turns      Part = "round 1 in turn"  // round 1 takes from the fit's own list alone
)

// Parts are all of them.
var Parts = []Part{Warp, FreeBias, Deviations, Relevance, Slope, Optimism, Turns}

type key struct{}

// Without returns a context that switches parts off.
func Without(ctx context.Context, parts ...Part) context.Context {
	return context.WithValue(ctx, key{}, parts)
}

// Off reports whether ctx switches a part off.
func Off(ctx context.Context, part Part) bool {
	parts, _ := ctx.Value(key{}).([]Part)
	return slices.Contains(parts, part)
}
