package workbench

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// System is a way to search that an experiment compares: an index, ready or to be
// made, and how it is used. The experiment sets Budget and K itself.
type System struct {
	Name   string
	Search SearchOptions

	// Index is used as it is. Without one, an index is made by Factorize from the
	// scores of each of Samplings; nil means the experiment's.
	Index     *Index
	Factorize FactorizeOptions
	Samplings []Sampling
}

// Experiment compares systems by Top-k-Recall at equal budgets, and at equal
// index costs where it makes the indexes.
type Experiment struct {
	Dataset   *Dataset
	Scorer    Scorer
	Systems   []System
	Budgets   []int      // B, cross-encoder calls per query
	TopK      []int      // k
	Queries   []int      // rows of the queries to search; nil = Dataset.Test
	Samplings []Sampling // calls spent on the index, the costs to compare; nil = none are spent

	// Seeds repeat what is drawn by chance, each setting the Seed of samplings,
	// factorizations and searches; nil leaves those as they are.
	Seeds []int64
	// Baseline names the system the others are tested against; "" is the first.
	Baseline string
}

// Measure is what one system reached at one index cost, budget and k.
type Measure struct {
	System     string
	Sampling   string // what the index was made from, "" if it came ready
	IndexCalls int    // cross-encoder calls spent before the first query; the first seed's
	Budget     int
	Rounds     int
	K          int
	Recall     float64   // mean Top-k-Recall@Budget over queries and seeds, 0 to 1
	Low, High  float64   // 95 % bootstrap interval of Recall over queries
	SeedSD     float64   // standard deviation of the recall from seed to seed, 0 for one seed
	PerQuery   []float64 // the recall of each query, mean over seeds, in the order of Report.Queries
	Calls      float64   // mean cross-encoder calls per query

	// The paired comparison with the baseline at the same budget and k, and from
	// the same sampling where the baseline has it, else from its first: mean
	// difference in recall, its 95 % bootstrap interval over queries, and the
	// two-sided p of the sign-flip randomisation test. The baseline's own are 0
	// and P 1.
	Gain, GainLow, GainHigh, P float64

	// Wall time, mean over seeds: of observing scores, of making the index, and of
	// the search of all queries together, the scorer included in the first and last.
	ObserveSeconds, FactorizeSeconds, Seconds float64
	IndexBytes                                int // memory of the index's matrices
}

// Report holds the measures of an experiment: by system in the order given, then
// by sampling, by budget and by k.
type Report struct {
	Dataset  string
	Queries  []int
	Measures []Measure
}

// Run searches every query with every system at every index cost and budget. The
// exact neighbours are found once, by scoring every item of every query; scores
// that several systems learn from are observed once. When it fails or ctx is
// cancelled, the measures so far are returned with the error.
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
	r := &run{Experiment: e, exact: exact, observed: map[Sampling]observed{}, report: &Report{Dataset: e.Dataset.Name, Queries: queries}}
	for _, sys := range e.Systems {
		if err := r.system(ctx, sys); err != nil {
			return r.report, fmt.Errorf("workbench: experiment: %s: %w", sys.Name, err)
		}
	}
	r.report.compare(e.baseline())
	return r.report, nil
}

func (e Experiment) check() error {
	switch {
	case e.Dataset == nil || e.Scorer == nil:
		return fmt.Errorf("it needs a Dataset and a Scorer")
	case len(e.Systems) == 0 || len(e.Budgets) == 0 || len(e.TopK) == 0:
		return fmt.Errorf("%d systems, %d budgets, %d values of k: need at least one of each", len(e.Systems), len(e.Budgets), len(e.TopK))
	case !slices.ContainsFunc(e.Systems, func(s System) bool { return s.Name == e.baseline() }):
		return fmt.Errorf("the baseline %q is none of its systems", e.Baseline)
	}
	names := map[string]bool{}
	for _, sys := range e.Systems {
		if names[sys.Name] {
			return fmt.Errorf("two systems are named %q", sys.Name)
		}
		names[sys.Name] = true
	}
	return nil
}

func (e Experiment) baseline() string {
	if e.Baseline == "" {
		return e.Systems[0].Name
	}
	return e.Baseline
}

// run is an experiment under way.
type run struct {
	Experiment
	exact    []Neighbors
	observed map[Sampling]observed
	report   *Report
}

// observed are scores and the time they took.
type observed struct {
	scores  *Scores
	seconds float64
}

// system measures one system at every index cost.
func (r *run) system(ctx context.Context, sys System) error {
	if sys.Index != nil {
		return r.cost(ctx, sys, nil)
	}
	samplings := sys.Samplings
	if samplings == nil {
		samplings = r.Samplings
	}
	if len(samplings) == 0 {
		return r.cost(ctx, sys, nil)
	}
	for i := range samplings {
		if err := r.cost(ctx, sys, &samplings[i]); err != nil {
			return fmt.Errorf("%v: %w", samplings[i], err)
		}
	}
	return nil
}

// cost measures one system at one index cost: all seeds, budgets and k.
func (r *run) cost(ctx context.Context, sys System, sm *Sampling) error {
	var all [][]Measure // by seed
	seeds := len(r.Seeds)
	if sys.Index != nil && sys.Search.Softmax == 0 {
		seeds = min(seeds, 1) // nothing is left to chance
	}
	for i := range max(seeds, 1) {
		s := sys
		var drawn *Sampling
		if sm != nil {
			drawn = new(*sm)
		}
		if i < len(r.Seeds) {
			s.Factorize.Seed, s.Search.Seed = r.Seeds[i], r.Seeds[i]
			if drawn != nil && drawn.draws() {
				drawn.Seed = r.Seeds[i]
			}
		}
		ms, err := r.measure(ctx, s, drawn)
		if err != nil {
			return err
		}
		all = append(all, ms)
	}
	r.report.Measures = append(r.report.Measures, merge(all)...)
	return nil
}

// measure makes one index, if need be, and searches at every budget.
func (r *run) measure(ctx context.Context, sys System, sm *Sampling) ([]Measure, error) {
	m := Measure{System: sys.Name}
	ix := sys.Index
	if ix == nil {
		g, err := r.observe(ctx, sm)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if ix, err = Factorize(ctx, r.Dataset, g.scores, sys.Factorize); err != nil {
			return nil, err
		}
		m.ObserveSeconds, m.FactorizeSeconds = g.seconds, time.Since(start).Seconds()
	}
	if sm != nil {
		unseeded := *sm
		unseeded.Seed = 0
		m.Sampling = unseeded.String()
	}
	m.IndexCalls, m.IndexBytes = ix.Calls, ix.bytes()
	var all []Measure
	for _, budget := range r.Budgets {
		ms, err := r.search(ctx, m, ix, sys.Search, budget)
		if err != nil {
			return nil, fmt.Errorf("budget %d: %w", budget, err)
		}
		all = append(all, ms...)
	}
	return all, nil
}

// observe spends the calls of a sampling, or recalls what they bought; nil spends
// none.
func (r *run) observe(ctx context.Context, sm *Sampling) (observed, error) {
	if sm == nil {
		return observed{}, nil
	}
	if g, ok := r.observed[*sm]; ok {
		return g, nil
	}
	start := time.Now()
	scores, err := Observe(ctx, r.Scorer, r.Dataset, *sm)
	if err != nil {
		return observed{}, err
	}
	g := observed{scores, time.Since(start).Seconds()}
	r.observed[*sm] = g
	return g, nil
}

// search runs one index at one budget and reads off every k.
func (r *run) search(ctx context.Context, m Measure, ix *Index, o SearchOptions, budget int) ([]Measure, error) {
	o.Budget, o.K = budget, 0
	start := time.Now()
	rs, err := ix.SearchAll(ctx, r.Scorer, r.report.Queries, o)
	if err != nil {
		return nil, err
	}
	m.Seconds, m.Budget, m.Rounds = time.Since(start).Seconds(), budget, ix.options(o).Rounds
	for i := range rs {
		m.Calls += float64(rs[i].Calls) / float64(len(rs))
	}
	ms := make([]Measure, len(r.TopK))
	for i, k := range r.TopK {
		ms[i] = m
		ms[i].K, ms[i].PerQuery = k, recalls(rs, r.exact, k)
	}
	return ms, nil
}

// merge averages the seeds' measures, which agree in all but figures.
func merge(seeds [][]Measure) []Measure {
	merged := make([]Measure, len(seeds[0]))
	for i := range merged {
		m := seeds[0][i]
		n := float64(len(seeds))
		var spread moments
		m.PerQuery = make([]float64, len(m.PerQuery))
		m.ObserveSeconds, m.FactorizeSeconds, m.Seconds = 0, 0, 0
		for _, ms := range seeds {
			for q, v := range ms[i].PerQuery {
				m.PerQuery[q] += v / n
			}
			spread.add(mean(ms[i].PerQuery))
			m.ObserveSeconds += ms[i].ObserveSeconds / n
			m.FactorizeSeconds += ms[i].FactorizeSeconds / n
			m.Seconds += ms[i].Seconds / n
		}
		m.Recall, m.SeedSD = mean(m.PerQuery), spread.deviation()
		m.Low, m.High = bootstrap(m.PerQuery)
		merged[i] = m
	}
	return merged
}

// compare tests every measure against the baseline's.
func (r *Report) compare(baseline string) {
	parallel(len(r.Measures), func(i int) {
		m := &r.Measures[i]
		base := r.counterpart(m, baseline)
		difference := make([]float64, len(m.PerQuery))
		for q := range difference {
			difference[q] = m.PerQuery[q] - base.PerQuery[q]
		}
		m.Gain = mean(difference)
		m.GainLow, m.GainHigh = bootstrap(difference)
		m.P = signFlip(difference)
	})
}

// counterpart is the baseline's measure that m is compared with.
func (r *Report) counterpart(m *Measure, baseline string) *Measure {
	var found *Measure
	for i := range r.Measures {
		c := &r.Measures[i]
		if c.System == baseline && c.Budget == m.Budget && c.K == m.K && (found == nil || c.Sampling == m.Sampling) {
			found = c
		}
	}
	return found
}

// String fits one line.
func (r *Report) String() string {
	return fmt.Sprintf("Report on %s: %d measures over %d queries", r.Dataset, len(r.Measures), len(r.Queries))
}
