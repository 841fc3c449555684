package workbench

import (
	"math"
	"strings"
	"testing"

	"axn/workbench/internal/stats"
)

// TestRecallTarget: searches stop near the recall they are told, each by itself whatever others
// are asked with it, never beyond the budget; and say truly what they found.
func TestRecallTarget(t *testing.T) {
	d, g := toy(61, 160, 1500, 8)
	ix := toyIndex(t, d, g, Calibrated)
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 20))
	calls := 0
	for _, target := range []float64{.6, .9, 1} {
		o := SearchOptions{K: 20, Budget: 600, Recall: target}
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), spyOn(LookUp(g)), d.Test, o))
		spent, estimates := 0, []float64{}
		for i, r := range rs {
			spent, estimates = spent+r.Calls, append(estimates, r.Recall)
			if r.Calls > 600 || r.Recall < target && r.Calls < 600 {
				t.Errorf("target %v: %v, estimate %v", target, r, r.Recall)
			}
			if i < 3 {
				if alone := must[*Result](t)(ix.Search(t.Context(), LookUp(g), r.Query, o)); !sameValues(*alone, r) {
					t.Errorf("%v alone, %v together", alone, r)
				}
			}
		}
		truth := must[float64](t)(RecallOf(rs, exact, 20))
		t.Logf("target %.2f: recall %.3f, estimate %.3f, %d calls", target, truth, stats.Mean(estimates), spent)
		if math.Abs(truth-stats.Mean(estimates)) > .15 {
			t.Errorf("target %v: recall %.3f, estimate %.3f", target, truth, stats.Mean(estimates))
		}
		if spent <= calls {
			t.Errorf("target %v: %d calls after %d for less", target, spent, calls)
		}
		calls = spent
	}
}

// TestRecallSaid: an estimate is there where it can be, NaN elsewhere, and 1 where all is known.
func TestRecallSaid(t *testing.T) {
	d, g := toy(62, 40, 60, 4)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		for _, o := range []SearchOptions{{Budget: 30}, {Budget: 30, K: 5}, {Budget: 30, K: 50}, {Budget: 60, K: 5}, {Budget: 9, K: 5, Allow: func(it int) bool { return it < 9 }}, {Budget: 60, K: 5, Softmax: 1}} {
			r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, o))
			switch {
			case o.K > 0 && o.Budget != 30:
				if r.Recall != 1 {
					t.Errorf("%s: all items scored: %v", m, r.Recall)
				}
			case o.K > 30 && m == Calibrated: // no more can be said than that all which was scored belongs there
				if !(r.Recall > 0 && r.Recall <= 30./50) {
					t.Errorf("%s: K %d of %d calls: %v", m, o.K, r.Calls, r.Recall)
				}
			case o.K > 0 && m == Calibrated:
				if !(r.Recall > 0 && r.Recall < 1) {
					t.Errorf("%s: %v", m, r.Recall)
				}
			default:
				if !math.IsNaN(r.Recall) {
					t.Errorf("%s: K %d: %v", m, o.K, r.Recall)
				}
			}
		}
	}
	ix, without := toyIndex(t, d, g, DualEncoder), must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	for want, o := range map[string]SearchOptions{"set K": {Budget: 9, Recall: .9}, "between 0 and 1": {Budget: 9, K: 5, Recall: 2}, "cannot say": {Budget: 9, K: 5, Recall: .9}} {
		for _, ix := range []*Index{ix, without} {
			if _, err := ix.Search(t.Context(), LookUp(g), 3, o); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}
