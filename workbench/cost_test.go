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
	for _, bad := range []Workload{{}, {Items: 1, Dims: 1}, {Items: -1, Dims: 1, Budget: 1}, {Items: 1, Dims: 1, Budget: 1, Rounds: -3}, {Items: 1, Dims: 1, Budget: 1, Views: -3}} {
		if _, err := bad.Plan(Rates{Calls: 1, Scan: 1}, []int{1}); err == nil {
			t.Errorf("%+v has a plan", bad)
		}
	}
	if _, err := w.Plan(Rates{Calls: 1, Scan: 1, Network: math.NaN()}, []int{1}); err == nil {
		t.Error("a network that is no number")
	}
	if _, err := w.Plan(Rates{Calls: 1, Scan: 1}, []int{0}); err == nil {
		t.Error("no shards")
	}
}

// TestPlanBudget: budgets between those measured, totals of index and queries, the best of them.
func TestPlanBudget(t *testing.T) {
	r := &Report{Dataset: "toy"}
	add := func(sampling string, calls, budget int, recall float64) {
		r.Measures = append(r.Measures, Measure{System: "Calibrated", Sampling: sampling, IndexCalls: calls, Budget: budget, K: 10, Recall: recall, Low: recall - .05, High: recall + .05})
	}
	for _, m := range []struct {
		sampling      string
		calls, budget int
		recall        float64
	}{{"none", 0, 100, .7}, {"none", 0, 400, .9}, {"some", 1000, 100, .85}, {"some", 1000, 400, .95}, {"more", 9000, 100, .8}, {"more", 9000, 400, .8}} {
		add(m.sampling, m.calls, m.budget, m.recall)
	}
	p := must[*BudgetPlan](t)(PlanBudget(r, BudgetOptions{Recall: .8, K: 10, Queries: 20}))
	if s := p.Splits[0]; len(p.Splits) != 3 || math.Abs(s.Budget-200) > 1e-9 || math.Abs(s.Low-100*math.Sqrt2) > 1e-9 || math.Abs(s.High-100*math.Pow(4, .75)) > 1e-9 || math.Abs(s.Total-4000) > 1e-9 {
		t.Errorf("%+v", p.Splits)
	}
	if s := p.Splits[1]; s.Budget != 100 || s.Total != 3000 || p.Best() != &p.Splits[1] {
		t.Errorf("%+v, best %+v", p.Splits, p.Best())
	}
	if few := must[*BudgetPlan](t)(PlanBudget(r, BudgetOptions{Recall: .8, K: 10, Queries: 5})); few.Best() != &few.Splits[0] {
		t.Errorf("for five queries the index does not pay: %v", few)
	}
	high := must[*BudgetPlan](t)(PlanBudget(r, BudgetOptions{Recall: .92, K: 10, Queries: 20}))
	if !math.IsNaN(high.Splits[0].Total) || high.Best() != &high.Splits[1] {
		t.Errorf("%+v", high.Splits)
	}
	df := p.Frame()
	if best, err := df.Col("best").Bool(); df.Err != nil || err != nil || df.Nrow() != 3 || !best[1] || best[0] || df.Col("budget").Float()[0] != 200 {
		t.Errorf("%v", df)
	}
	if _, err := p.Plot(); err != nil {
		t.Error(err)
	}
	beyond := must[*BudgetPlan](t)(PlanBudget(r, BudgetOptions{Recall: 1, K: 10, Queries: 20}))
	if _, err := beyond.Plot(); err == nil || beyond.Best() != nil {
		t.Errorf("%v", beyond)
	}
	for _, o := range []BudgetOptions{{Recall: .8, K: 5, Queries: 1}, {Recall: 0, K: 10, Queries: 1}, {Recall: 1.1, K: 10, Queries: 1}, {Recall: .8, K: 10}} {
		if _, err := PlanBudget(r, o); err == nil {
			t.Errorf("%+v has a plan", o)
		}
	}
}
