package workbench

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// An audit spends what it is told, says what it did, the same for the same seed, and its interval
// holds the recall for most of them; with calls for every item it is the recall.
func TestAudit(t *testing.T) {
	d, g := toy(63, 60, 400, 8)
	queries := d.Test
	for _, m := range []Method{Calibrated, Transductive} {
		ix := toyIndex(t, d, g, m)
		search := SearchOptions{K: 10, Budget: 40}
		truth := must[float64](t)(Recall(t.Context(), LookUp(g), d, must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), queries, search)), 10))
		seeds, covered := int64(20), 0
		if testing.Short() { // as under the race detector
			seeds = 3
		}
		for seed := range seeds {
			o := AuditOptions{Search: search, Calls: 80*len(queries) + 3, Seed: seed}
			r := must[*AuditReport](t)(Audit(t.Context(), spyOn(LookUp(g)), ix, queries, o))
			if r.Calls != o.Calls || r.SearchCalls != 40*len(queries) || r.Queries != len(queries) || !(r.Low <= r.Recall && r.Recall <= r.High) {
				t.Errorf("%s: %+v", m, r)
			}
			if again := must[*AuditReport](t)(Audit(t.Context(), LookUp(g), ix, queries, o)); *again != *r {
				t.Errorf("%s: %v, again %v", m, r, again)
			}
			if r.Low <= truth && truth <= r.High {
				covered++
			}
		}
		t.Logf("%s: recall %.3f, %d of 20 intervals cover it", m, truth, covered)
		if covered < 15 && m == Calibrated && seeds == 20 { // the other misses most of the top 10, where the estimate is biased
			t.Errorf("%s: recall %.3f, %d of 20 intervals cover it", m, truth, covered)
		}
		r := must[*AuditReport](t)(Audit(t.Context(), LookUp(g), ix, queries, AuditOptions{Search: search, Calls: 400 * len(queries)}))
		if math.Abs(r.Recall-truth) > 1e-9 || r.Low != r.Recall || r.High != r.Recall || r.Calls+r.SearchCalls != 400*len(queries) {
			t.Errorf("%s: all scored: %+v, recall %v", m, r, truth)
		}
	}
}

// A filter is one of the audit too: recall is among the items allowed.
func TestAuditAllowed(t *testing.T) {
	d, g := toy(64, 60, 200, 6)
	ix := toyIndex(t, d, g, Calibrated)
	even := func(it int) bool { return it%2 == 0 }
	o := SearchOptions{K: 5, Budget: 20, Allow: even}
	r := must[*AuditReport](t)(Audit(t.Context(), LookUp(g), ix, d.Test, AuditOptions{Search: o, Calls: 80 * len(d.Test)}))
	found := 0.0
	for _, res := range must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o)) {
		of := map[int]float64{}
		for it := range d.Items {
			if even(it) {
				of[it] = float64(g.Row(res.Query)[it])
			}
		}
		var best Result
		best.ranked(of)
		found += float64(res.hits(best.Items[:5])) / 5
	}
	if want := found / float64(len(d.Test)); math.Abs(r.Recall-want) > 1e-9 {
		t.Errorf("%v, recall %v", r, want)
	}
}

func TestAuditRefuses(t *testing.T) {
	d, g := toy(65, 40, 80, 4)
	ix := toyIndex(t, d, g, Calibrated)
	search := SearchOptions{K: 5, Budget: 20}
	for want, o := range map[string]AuditOptions{
		"set Search.K":        {Search: SearchOptions{Budget: 20}, Calls: 100},
		"the budget must be":  {Search: SearchOptions{K: 5}, Calls: 100},
		"each needs one":      {Search: search},
		"items of its own":    {Search: SearchOptions{K: 5, Budget: 20, Store: ix.Items()}, Calls: 100},
		"must score K items":  {Search: SearchOptions{K: 30, Budget: 20}, Calls: 100},
		"no item may be":      {Search: SearchOptions{K: 5, Budget: 20, Allow: func(int) bool { return false }}, Calls: 100},
		"do not learn":        {Search: SearchOptions{K: 5, Budget: 20, Learn: 1}, Calls: 100},
		"Softmax draws":       {Search: SearchOptions{K: 5, Budget: 20, Recall: .9, Softmax: 1}, Calls: 100},
		"not between 0 and 1": {Search: SearchOptions{K: 5, Budget: 20, Recall: 2}, Calls: 100},
	} {
		if _, err := Audit(t.Context(), LookUp(g), ix, d.Test, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Audit(t.Context(), LookUp(g), ix, nil, AuditOptions{Search: search, Calls: 100}); err == nil {
		t.Error("no queries")
	}
	if _, err := Audit(t.Context(), Cascade{Fast: LookUp(g), Exact: LookUp(g)}, ix, d.Test, AuditOptions{Search: search, Calls: 100}); err == nil || !strings.Contains(err.Error(), "Cascade") {
		t.Errorf("a Cascade: %v", err)
	}
	broken, calls := errors.New("broken"), 0
	s := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
		if calls++; calls > 5 { // after the rounds of the search
			return nil, broken
		}
		return LookUp(g).Score(ctx, pairs)
	})
	if _, err := Audit(t.Context(), s, ix, d.Test[:10], AuditOptions{Search: search, Calls: 100}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
