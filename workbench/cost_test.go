package workbench

import (
	"math"
	"testing"
)

// TestWorkloadPlan checks a plan that can be done in the head: a million items of 1 kB.
func TestWorkloadPlan(t *testing.T) {
	w := Workload{Items: 1e6, Dims: 124, IndexCalls: 1000, Queries: 10, Budget: 100}
	plan, err := w.Plan(Rates{Calls: 100, Scan: 1e9, Network: 1e8}, []int{1, 10})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float64{
		"shards": {1, 10}, "gb": {1, .1}, "scan_ms": {1000, 100}, "score_ms": {200, 200},
		"network_kb":  {1 + .96 + 80, 10 + 9.6 + 80},
		"network_ms":  {.8196, .996},
		"query_s":     {5 * (1 + .0008196 + .2), 5 * (.1 + .000996 + .2)},
		"score_hours": {2000. / 100 / 3600, 2000. / 100 / 3600},
		"scan_hours":  {50. / 3600, 50. / 3600},
	} {
		for i, got := range plan.Col(name).Float() {
			if math.Abs(got-want[i]) > 1e-9*want[i] {
				t.Errorf("%s of row %d: %v, not %v", name, i, got, want[i])
			}
		}
	}
	for _, bad := range []Workload{{}, {Items: 1, Dims: 1}, {Items: -1, Dims: 1, Budget: 1}} {
		if _, err := bad.Plan(Rates{Calls: 1, Scan: 1}, []int{1}); err == nil {
			t.Errorf("%+v has a plan", bad)
		}
	}
	if _, err := w.Plan(Rates{Calls: 1, Scan: 1}, []int{0}); err == nil {
		t.Error("no shards")
	}
}
