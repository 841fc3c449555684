package workbench

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// System is a way to search that an experiment compares: an index and how it is
// used. The experiment sets Budget and K itself.
type System struct {
	Name   string
	Index  *Index
	Search SearchOptions
}

// Experiment compares systems by Top-k-Recall at equal budgets.
type Experiment struct {
	Dataset *Dataset
	Scorer  Scorer
	Systems []System
	Budgets []int // B, cross-encoder calls per query
	TopK    []int // k
	Queries []int // rows of the queries to search; nil = Dataset.Test
}

// Measure is what one system reached at one budget and k.
type Measure struct {
	System     string
	IndexCalls int // cross-encoder calls spent before the first query
	Budget     int
	Rounds     int
	K          int
	Recall     float64   // mean Top-k-Recall@Budget, 0 to 1
	PerQuery   []float64 // the recall of each query, in the order of Report.Queries
	Calls      float64   // mean cross-encoder calls per query
	Seconds    float64   // wall time of the search, all queries together
}

// Report holds the measures of an experiment: by system in the order given, then
// by budget, then by k.
type Report struct {
	Dataset  string
	Queries  []int
	Measures []Measure
}

// Run searches every query with every system at every budget. The exact
// neighbours are found once, by scoring every item of every query.
func (e Experiment) Run(ctx context.Context) (*Report, error) {
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("workbench: experiment: %w", err)
	}
	queries := e.Queries
	if queries == nil {
		queries = e.Dataset.Test
	}
	exact, err := Exact(ctx, e.Scorer, e.Dataset, queries, slices.Max(e.TopK))
	if err != nil {
		return nil, err
	}
	rep := &Report{Dataset: e.Dataset.Name, Queries: queries}
	for _, sys := range e.Systems {
		for _, budget := range e.Budgets {
			ms, err := e.measure(ctx, sys, budget, queries, exact)
			if err != nil {
				return rep, fmt.Errorf("workbench: experiment: %s at budget %d: %w", sys.Name, budget, err)
			}
			rep.Measures = append(rep.Measures, ms...)
		}
	}
	return rep, nil
}

func (e Experiment) check() error {
	switch {
	case e.Dataset == nil || e.Scorer == nil:
		return fmt.Errorf("it needs a Dataset and a Scorer")
	case len(e.Systems) == 0 || len(e.Budgets) == 0 || len(e.TopK) == 0:
		return fmt.Errorf("%d systems, %d budgets, %d values of k: need at least one of each", len(e.Systems), len(e.Budgets), len(e.TopK))
	}
	for _, sys := range e.Systems {
		if sys.Index == nil {
			return fmt.Errorf("system %q has no index", sys.Name)
		}
	}
	return nil
}

// measure runs one system at one budget and reads off every k.
func (e Experiment) measure(ctx context.Context, sys System, budget int, queries []int, exact []Neighbors) ([]Measure, error) {
	o := sys.Search
	o.Budget, o.K = budget, 0
	start := time.Now()
	rs, err := sys.Index.SearchAll(ctx, e.Scorer, queries, o)
	if err != nil {
		return nil, err
	}
	seconds := time.Since(start).Seconds()
	calls := make([]float64, len(rs))
	for i := range rs {
		calls[i] = float64(rs[i].Calls)
	}
	ms := make([]Measure, len(e.TopK))
	for i, k := range e.TopK {
		per := recalls(rs, exact, k)
		ms[i] = Measure{System: sys.Name, IndexCalls: sys.Index.Calls, Budget: budget, Rounds: sys.Index.options(o).Rounds, K: k,
			Recall: mean(per), PerQuery: per, Calls: mean(calls), Seconds: seconds}
	}
	return ms, nil
}

// String fits one line.
func (r *Report) String() string {
	return fmt.Sprintf("Report on %s: %d measures over %d queries", r.Dataset, len(r.Measures), len(r.Queries))
}
