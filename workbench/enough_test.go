package workbench

import (
	"errors"
	"math"
	"path/filepath"
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

// TestCalibrateRecall: an index whose estimates are far off learns from some queries how far, spends what it says, and
// is right about others then, also from a file; other K are corrected the less the further they are.
func TestCalibrateRecall(t *testing.T) {
	d, g := toy(66, 120, 400, 8)
	ix := toyIndex(t, d, g, Calibrated)
	learn, judge := d.Test[:40], d.Test[40:]
	o := SearchOptions{K: 10, Budget: 40}
	off := func(ix *Index) (off float64) {
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), judge, o))
		for _, r := range rs {
			off += r.Recall / float64(len(rs))
		}
		return off - must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, 10))
	}
	for _, wrong := range []float64{-1.5, 2} {
		ix.Prior.Calibrations = []RecallCalibration{{K: 10, Shift: wrong}}
		before, s := off(ix), spyOn(LookUp(g))
		c := must[*RecallCalibration](t)(ix.CalibrateRecall(t.Context(), s, learn, AuditOptions{Search: o, Calls: 120 * len(learn)}))
		after := off(ix)
		t.Logf("%v; off by %+.3f before, %+.3f after", c, before, after)
		if math.Abs(before) < .1 || math.Abs(after) > math.Abs(before)/4 {
			t.Errorf("off by %+.3f before, %+.3f after", before, after)
		}
		if c.Queries != 40 || int64(c.Calls) != s.calls.Load() || c.Calls < 40*(120+40) || c.Calls > 40*(120+40+40) {
			t.Errorf("%+v, %d calls spent", c, s.calls.Load())
		}
	}
	path := filepath.Join(t.TempDir(), "toy.index")
	if err := ix.Save(path); err != nil {
		t.Fatal(err)
	}
	again := must[*Index](t)(OpenIndex(path))
	if got, want := off(again), off(ix); got != want {
		t.Errorf("from a file %v, want %v", got, want)
	}
	ix.Prior.Calibrations = []RecallCalibration{{K: 10, Shift: 1}, {K: 100, Shift: 3}}
	for k, want := range map[int]float64{1: 0, 10: 1, 100: 3, 1000: 0, 5000: 0} {
		if got := ix.Prior.calibration(k); math.Abs(got.Shift-want) > 1e-12 {
			t.Errorf("K %d: shift %v, want %v", k, got.Shift, want)
		}
	}
	if a, b, c := ix.Prior.calibration(5).Shift, ix.Prior.calibration(30).Shift, ix.Prior.calibration(200).Shift; !(a > .6 && a < .8 && b > 1.9 && b < 2.1 && c > 2 && c < 2.2) {
		t.Errorf("shifts between: %v, %v, %v", a, b, c)
	}
	ix.Prior.Calibrations = []RecallCalibration{{K: 10}, {K: 10}}
	if err := ix.check(); err == nil {
		t.Error("an index with two calibrations at one K")
	}
}

func TestCalibrateRecallRefuses(t *testing.T) {
	d, g := toy(67, 40, 80, 4)
	ix := toyIndex(t, d, g, Calibrated)
	search := SearchOptions{K: 5, Budget: 20}
	for want, o := range map[string]AuditOptions{
		"set Search.K":        {Search: SearchOptions{Budget: 20}, Calls: 100},
		"leave Search.Recall": {Search: SearchOptions{K: 5, Budget: 20, Recall: .9}, Calls: 100},
		"and Search.Softmax":  {Search: SearchOptions{K: 5, Budget: 20, Softmax: 1}, Calls: 100},
		"each needs one":      {Search: search},
		"single round":        {Search: SearchOptions{K: 5, Budget: 20, Rounds: 1, First: ByChance(1)}, Calls: 100},
	} {
		if _, err := ix.CalibrateRecall(t.Context(), LookUp(g), d.Test, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	others := []*Index{must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))}
	for _, m := range allMethods() {
		if m != Calibrated {
			others = append(others, toyIndex(t, d, g, m))
		}
	}
	for _, ix := range others {
		if _, err := ix.CalibrateRecall(t.Context(), LookUp(g), d.Test, AuditOptions{Search: search, Calls: 100}); !errors.Is(err, errNoEstimate) {
			t.Errorf("%s: %v", ix.Method, err)
		}
	}
}
