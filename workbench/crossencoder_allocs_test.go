//go:build !race

package workbench

import (
	"context"
	"slices"
	"testing"
)

// Scoring more pairs allocates no more. The race detector makes pools forget at
// random, so it cannot see this.
func TestPredictAllocs(t *testing.T) {
	c := openCE(t)
	pairs, _ := golden(t, "testdata/ce_golden.tsv")
	more := slices.Concat(pairs, pairs, pairs)
	allocs := func(p [][2]string) float64 {
		return testing.AllocsPerRun(3, func() { c.Predict(context.Background(), p) })
	}
	if few, many := allocs(pairs), allocs(more); many > few+2 {
		t.Errorf("%g allocations for %d pairs, %g for %d", few, len(pairs), many, len(more))
	}
}
