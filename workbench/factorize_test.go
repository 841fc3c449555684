package workbench

import (
	"runtime"
	"slices"
	"testing"
)

// An index has the same bits on one thread as on more.
func TestFactorizeThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	d, g := toy(92, 120, 700, 20)
	for _, sm := range []Sampling{{Random: 60, Seed: 1}, {Queries: 20, Dense: true}} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
		for _, m := range []Method{Calibrated, Transductive} {
			var first *Index
			for _, threads := range []int{1, 2, 5} {
				runtime.GOMAXPROCS(threads)
				ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: m}))
				if first == nil {
					first = ix
				}
				if !slices.Equal(ix.Features.Data, first.Features.Data) {
					t.Errorf("%s, %v: %d threads give other features", m, sm, threads)
				}
				if m == Calibrated && !slices.Equal(ix.Prior.Map.Data, first.Prior.Map.Data) {
					t.Errorf("%v: %d threads give another map", sm, threads)
				}
			}
		}
	}
}
