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

	// Searcher is another method than an Index, ready to search; Spent is how many calls it was
	// made from. Of Search it may read what it likes.
	Searcher Searcher
	Spent    int

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

// Searcher is what an experiment searches with: an Index is one, and so may be any other method
// that keeps within SearchOptions.Budget. Results are in the order of queries, one each.
type Searcher interface {
	SearchAll(ctx context.Context, s Scorer, queries []int, o SearchOptions) ([]Result, error)
}

// ScorePairs asks a scorer once, for methods of your own, such as a Searcher: it returns one finite score per pair, in
// memory of the caller's, or an error. An answer of another length or a NaN or Inf is an ErrScore that names the pair.
func ScorePairs(ctx context.Context, s Scorer, pairs []Pair) ([]float64, error) {
	err := checkScorer(s)
	var scores []float64
	if err == nil {
		scores, err = scorePairs(ctx, s, pairs)
	}
	if err != nil {
		return nil, fmt.Errorf("workbench: score: %w", err)
	}
	return scores, nil
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
	if len(queries) == 0 {
		return nil, fmt.Errorf("workbench: experiment: there are no queries to search: %s has no test queries, of which Split draws some", e.Dataset.Name)
	}
	judged, err := e.judging(queries)
	for _, sys := range e.Systems { // before anything is paid for
		if err == nil {
			err = e.checkSystem(sys, queries)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("workbench: experiment: %w", err)
	}
	exact, err := e.exact(ctx, e.Scorer, e.Exact, queries)
	if err != nil {
		return nil, err
	}
	r := &experimentRun{Experiment: e, exact: exact, judging: judged, observed: map[drawnScores]observedScores{}, made: map[indexRecipe]madeIndex{},
		report: &Report{Dataset: e.Dataset.Name, Queries: queries, baseline: e.baseline(), test: cmp.Or(e.Test, "sign-flip"), correction: e.Correction, Price: e.Price}}
	for _, sys := range e.Systems {
		if err := r.measureSystem(ctx, sys); err != nil {
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
		return fmt.Errorf("Systems has %d, Budgets %d, and TopK and Measures together %d: at least one of each is wanted, as TopK: []int{10}", len(e.Systems), len(e.Budgets), len(e.TopK)+len(e.Measures))
	case len(e.TopK) > 0 && slices.Min(e.TopK) <= 0:
		return fmt.Errorf("k is %d, it must be positive", slices.Min(e.TopK))
	case slices.Min(e.Budgets) <= 0:
		return fmt.Errorf("budget %d: %w", slices.Min(e.Budgets), ErrBudget)
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
		if sys.Search.Recall > 0 && sys.Searcher == nil {
			return fmt.Errorf("system %s: systems are compared at equal budgets, which a search for a Recall does not spend: leave Search.Recall 0", sys.Name)
		}
		s := sys.Scorer
		if s == nil {
			s = e.Scorer
		}
		if err := checkScorer(s); err != nil {
			return fmt.Errorf("system %s: %w", sys.Name, err)
		}
		if _, ok := cascadeOf(s); ok && sys.Searcher != nil {
			return fmt.Errorf("system %s: its Searcher would not score again what a Cascade's Fast has found: give it one Scorer", sys.Name)
		}
	}
	return nil
}

// checkSystem returns an error for what a system would fail by later.
func (e Experiment) checkSystem(sys System, queries []int) error {
	err := func() error {
		switch {
		case sys.Run != nil:
			return checkRun(sys.Run)
		case sys.Searcher != nil:
			return nil
		case sys.Index != nil:
			return sys.Index.checkSearch(queries, e.searchOptions(sys, slices.Max(e.Budgets)))
		}
		o := sys.Factorize
		_, err := cmp.Or(o.Method, Calibrated).parts()
		err = cmp.Or(err, o.check(), e.searchOptions(sys, slices.Max(e.Budgets)).check())
		for _, sm := range sys.samplings(e) {
			if err == nil {
				_, err = sm.Rows(e.Dataset)
			}
		}
		return err
	}()
	if err != nil {
		return fmt.Errorf("%s: %w", sys.Name, err)
	}
	return nil
}

func (e Experiment) baseline() string {
	if e.Baseline == "" {
		return e.Systems[0].Name
	}
	return e.Baseline
}
