package workbench

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

	// Run is a ranking made elsewhere, such as OpenRun reads: of each query its first
	// Budget items count, and nothing else of the system is used. A query that the
	// run lacks counts as found nothing. What it cost is not known: Calls is NaN.
	Run []Result

	// Scorer is the cross-encoder of this system; nil is the experiment's. Recall is
	// then of its own exact neighbours, found by scoring every item unless Exact has
	// them.
	Scorer Scorer
	Exact  []Neighbors
}

// Experiment compares systems by Top-k-Recall and by measures of relevance at equal
// budgets, and at equal index costs where it makes the indexes.
type Experiment struct {
	Dataset   *Dataset
	Scorer    Scorer
	Systems   []System
	Budgets   []int       // B, cross-encoder calls per query
	TopK      []int       // k of Top-k-Recall; may be nil where Measures are asked for
	Measures  []string    // measures of relevance of the items found, as Evaluate reads them
	Queries   []int       // rows of the queries to search; nil = Dataset.Test
	Exact     []Neighbors // of these queries, as OpenNeighbors reads them; nil = every item is scored to know them
	Samplings []Sampling  // calls spent on the index, the costs to compare; nil = none are spent

	// Price is what calls and passes cost, for Report.PlotPareto; the zero value takes
	// a pass for a call.
	Price Price

	// Seeds repeat what is drawn by chance, each setting the Seed of samplings,
	// factorizations and searches; nil leaves those as they are.
	Seeds []int64
	// Baseline names the system the others are tested against; "" is the first.
	Baseline string
	// Test is the paired test of the differences to the baseline: "sign-flip" (also ""),
	// the randomisation test; "t"; or "wilcoxon", the signed-rank test.
	Test string
	// Correction adjusts the p of all rows of the report that are tested for their number:
	// "holm", "bh" (Benjamini and Hochberg's false discovery rate) or "", none.
	Correction string
}

// Measure is what one system reached at one index cost, budget and k.
type Measure struct {
	System     string
	Sampling   string // what the index was made from, "" if it came ready
	IndexCalls int    // cross-encoder calls spent before the first query; the first seed's
	ItemPasses int    // cross-encoder passes over items alone spent on views before that
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
	// two-sided p of the experiment's Test. The baseline's own are 0 and P 1.
	// PAdjusted is P after the experiment's Correction, P itself without one.
	Gain, GainLow, GainHigh, P, PAdjusted float64

	// Judged are the measures of relevance that the experiment asked for, in that
	// order. They depend on the budget and not on K.
	Judged []Judged
	first  []int // row of the item each query's ranking begins with, -1 without any; the first seed's

	// Wall time, mean over seeds: of observing scores, of making the index, and of
	// the search of all queries together, the scorer included in the first and last.
	ObserveSeconds, FactorizeSeconds, Seconds float64
	IndexBytes                                int // memory of the index's matrices

	// Trained is how many of the queries searched are train queries that the index may
	// have learnt from: figures over them say little of other queries.
	Trained int
}

// Report holds the measures of an experiment: by system in the order given, then
// by sampling, by budget and by k.
type Report struct {
	Dataset  string
	Queries  []int
	Measures []Measure
	Price    Price

	baseline, test, correction string // of the experiment, the test by its full name
}

// Run searches every query with every system at every index cost and budget. The
// exact neighbours are found once, by scoring every item of every query, unless
// they are given; scores and
// indexes that several systems share are made once. When it fails or ctx is
// cancelled, the measures so far are returned with the error.
func (e Experiment) Run(ctx context.Context) (*Report, error) {
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("workbench: experiment: %w", err)
	}
	queries := e.Queries
	if queries == nil {
		queries = e.Dataset.Test
	}
	judged, err := e.judging(queries)
	if err != nil {
		return nil, fmt.Errorf("workbench: experiment: %w", err)
	}
	exact, err := e.exact(ctx, e.Scorer, e.Exact, queries)
	if err != nil {
		return nil, err
	}
	r := &run{Experiment: e, exact: exact, judging: judged, observed: map[drawn]observed{}, made: map[recipe]made{},
		report: &Report{Dataset: e.Dataset.Name, Queries: queries, baseline: e.baseline(), test: cmp.Or(e.Test, "sign-flip"), correction: e.Correction, Price: e.Price}}
	for _, sys := range e.Systems {
		if err := r.system(ctx, sys); err != nil {
			return r.report, fmt.Errorf("workbench: experiment: %s: %w", sys.Name, err)
		}
	}
	r.report.compare(tests[e.Test], corrections[e.Correction])
	return r.report, nil
}

func (e Experiment) check() error {
	switch {
	case e.Dataset == nil || e.Scorer == nil:
		return fmt.Errorf("it needs a Dataset and a Scorer")
	case len(e.Systems) == 0 || len(e.Budgets) == 0 || len(e.TopK)+len(e.Measures) == 0:
		return fmt.Errorf("%d systems, %d budgets, %d values of k: need at least one of each", len(e.Systems), len(e.Budgets), len(e.TopK))
	case len(e.TopK) > 0 && slices.Min(e.TopK) <= 0:
		return fmt.Errorf("k is %d, it must be positive", slices.Min(e.TopK))
	case tests[e.Test] == nil:
		return fmt.Errorf("no test %q: it is sign-flip, t or wilcoxon", e.Test)
	case corrections[e.Correction] == nil:
		return fmt.Errorf("no correction %q: it is holm or bh", e.Correction)
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

// exact returns the neighbours by a scorer that recall is of, nil if no k is asked for:
// those given, else found.
func (e Experiment) exact(ctx context.Context, s Scorer, given []Neighbors, queries []int) ([]Neighbors, error) {
	if len(e.TopK) == 0 {
		return nil, nil
	}
	most := slices.Max(e.TopK)
	if given == nil {
		return Exact(ctx, s, e.Dataset, queries, most)
	}
	known, err := neighborsOf(queries, given, min(most, len(e.Dataset.Items)))
	if err != nil {
		return nil, fmt.Errorf("workbench: experiment: %w", err)
	}
	return known, nil
}

func (e Experiment) baseline() string {
	if e.Baseline == "" {
		return e.Systems[0].Name
	}
	return e.Baseline
}

// counterpart is the baseline's measure that m is compared with.
func (r *Report) counterpart(m *Measure) *Measure {
	var found *Measure
	for i := range r.Measures {
		c := &r.Measures[i]
		if c.System == r.baseline && c.Budget == m.Budget && c.K == m.K && (found == nil || c.Sampling == m.Sampling) {
			found = c
		}
	}
	return found
}

// trained is how many of the queries some index may have learnt from.
func (r *Report) trained() int {
	most := 0
	for i := range r.Measures {
		most = max(most, r.Measures[i].Trained)
	}
	return most
}

// trainedNote says so, "" if there are none.
func (r *Report) trainedNote() string {
	n := r.trained()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of them train queries that an index learnt from: it does better on them than on others", n)
}

// String fits one line. It says when queries are among those that an index learnt from.
func (r *Report) String() string {
	text := fmt.Sprintf("Report on %s: %d measures over %d queries", r.Dataset, len(r.Measures), len(r.Queries))
	if note := r.trainedNote(); note != "" {
		text += ", " + note
	}
	return text
}
