package workbench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"axn/workbench/internal/stats"
)

// experimentRun is an experiment under way.
type experimentRun struct {
	Experiment
	exact    []Neighbors // by the experiment's scorer
	scorerOf string      // the system whose scorer is used, "" for the experiment's
	judging  judging
	observed map[drawnScores]observedScores
	made     map[indexRecipe]madeIndex
	report   *Report
}

// drawnScores says what scores were observed: of which sampling, by the scorer of which
// system, "" being the experiment's.
type drawnScores struct {
	sampling Sampling
	scorer   string
}

// indexRecipe is all that an index is made from; nothing is observed for the zero
// Sampling.
type indexRecipe struct {
	drawnScores
	factorize FactorizeOptions
}

// madeIndex is an index and what it took: the time to observe and to factorize.
type madeIndex struct {
	index                            *Index
	observeSeconds, factorizeSeconds float64
}

// observedScores are scores and the time they took.
type observedScores struct {
	scores  *Scores
	seconds float64
}

// measureSystem measures one system at every index cost.
func (r *experimentRun) measureSystem(ctx context.Context, sys System) error {
	if sys.Run != nil {
		return r.frozen(sys)
	}
	if sys.Scorer != nil {
		exact, err := r.exactBy(ctx, sys)
		if err != nil {
			return err
		}
		other := *r // with the scorer of the system; reports and what was made are shared
		other.Scorer, other.scorerOf, other.exact = sys.Scorer, sys.Name, exact
		sys.Scorer = nil
		return other.measureSystem(ctx, sys)
	}
	if sys.Index != nil || sys.Searcher != nil {
		return r.cost(ctx, sys, nil)
	}
	samplings := sys.samplings(r.Experiment)
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

// samplings are what the indexes of a system are made from.
func (sys System) samplings(e Experiment) []Sampling {
	if sys.Samplings != nil {
		return sys.Samplings
	}
	return e.Samplings
}

// searchOptions are a system's at a budget.
func (e Experiment) searchOptions(sys System, budget int) SearchOptions {
	o := sys.Search
	o.Budget, o.K = budget, 0
	return o
}

// exactBy returns the neighbours by a system's own scorer; those of the experiment where the truth is the same.
func (r *experimentRun) exactBy(ctx context.Context, sys System) ([]Neighbors, error) {
	own, ours := truth(sys.Scorer), truth(r.Scorer)
	a, texts := own.(rowScorer)
	b, both := ours.(rowScorer)
	same := texts == both && a.d == b.d // a model's scores are of the texts that it reads
	if is := fingerprintOf(ctx, own); sys.Exact == nil && same && is != "" && is == fingerprintOf(ctx, ours) {
		return r.exact, nil
	}
	return r.Experiment.exact(ctx, sys.Scorer, sys.Exact, r.report.Queries)
}

// cost measures one system at one index cost: all seeds, budgets and k.
func (r *experimentRun) cost(ctx context.Context, sys System, sm *Sampling) error {
	var all [][]Measure // by seed
	seeds := len(r.Seeds)
	if sys.Searcher != nil || sys.Index != nil && sys.Search.Softmax == 0 {
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
	r.report.Measures = append(r.report.Measures, mergeSeeds(all)...)
	return nil
}

// measure makes one index, if need be, and searches at every budget.
func (r *experimentRun) measure(ctx context.Context, sys System, sm *Sampling) ([]Measure, error) {
	m := Measure{System: sys.Name}
	ix, searcher := sys.Index, sys.Searcher
	if ix == nil && searcher == nil {
		got, err := r.index(ctx, sys.Factorize, sm)
		if err != nil {
			return nil, err
		}
		ix, m.ObserveSeconds, m.FactorizeSeconds = got.index, got.observeSeconds, got.factorizeSeconds
	}
	if sm != nil {
		unseeded := *sm
		unseeded.Seed = 0
		m.Sampling = unseeded.String()
	}
	m.IndexCalls = sys.Spent
	if searcher == nil {
		m.IndexCalls, m.ItemPasses, m.IndexBytes, m.Trained = ix.Calls, ix.Passes, ix.bytes(), r.trained(ix, sm)
		searcher = ix
	}
	var all []Measure
	for _, budget := range r.Budgets {
		ms, err := r.search(ctx, m, searcher, r.searchOptions(sys, budget))
		if err != nil {
			return nil, fmt.Errorf("budget %d: %w", budget, err)
		}
		all = append(all, ms...)
	}
	return all, nil
}

// trained counts the queries that an index may have learnt from: those that sm observed, or
// all train queries if it came ready.
func (r *experimentRun) trained(ix *Index, sm *Sampling) int {
	if ix.Calls == 0 {
		return 0
	}
	seen := r.Dataset.Train
	if sm != nil && sm.Queries > 0 {
		seen = seen[:sm.Queries]
	}
	n := 0
	for _, q := range r.report.Queries {
		if slices.Contains(seen, q) {
			n++
		}
	}
	return n
}

// index makes an index, or recalls it when another system was made the same way;
// nil spends no calls.
func (r *experimentRun) index(ctx context.Context, o FactorizeOptions, sm *Sampling) (madeIndex, error) {
	key := indexRecipe{drawnScores{scorer: r.scorerOf}, o}
	var g observedScores
	if sm != nil {
		key.sampling = *sm
	}
	if ix, ok := r.made[key]; ok {
		return ix, nil
	}
	if sm != nil {
		var err error
		if g, err = r.observe(ctx, *sm); err != nil {
			return madeIndex{}, err
		}
	}
	start := time.Now()
	ix, err := Factorize(ctx, r.Dataset, g.scores, o)
	if err != nil {
		return madeIndex{}, err
	}
	r.made[key] = madeIndex{ix, g.seconds, time.Since(start).Seconds()}
	return r.made[key], nil
}

// observe spends the calls of a sampling, or recalls what they bought.
func (r *experimentRun) observe(ctx context.Context, sm Sampling) (observedScores, error) {
	key := drawnScores{sm, r.scorerOf}
	if g, ok := r.observed[key]; ok {
		return g, nil
	}
	start := time.Now()
	scores, err := Observe(ctx, r.Scorer, r.Dataset, sm)
	if err != nil {
		return observedScores{}, err
	}
	g := observedScores{scores, time.Since(start).Seconds()}
	r.observed[key] = g
	return g, nil
}

// search runs one searcher at one budget and reads off every k.
func (r *experimentRun) search(ctx context.Context, m Measure, by Searcher, o SearchOptions) ([]Measure, error) {
	s := r.Scorer
	if c, ok := cascadeOf(s); ok && len(r.TopK) > 0 {
		c.Again = c.places(slices.Max(r.TopK))
		s = c
	}
	start := time.Now()
	rs, err := by.SearchAll(ctx, s, r.report.Queries, o)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(rs, r.report.Queries, func(r Result, q int) bool { return r.Query == q }) {
		return nil, fmt.Errorf("%w: the %d results are not of the %d queries in their order", ErrShape, len(rs), len(r.report.Queries))
	}
	m.Seconds, m.Budget = time.Since(start).Seconds(), o.Budget
	for i := range rs {
		m.Rounds = max(m.Rounds, len(rs[i].Rounds))
		m.Calls += float64(rs[i].Calls) / float64(len(rs))
		m.ExactCalls += float64(rs[i].ExactCalls) / float64(len(rs))
	}
	return r.read(m, rs)
}

// frozen measures a ranking made elsewhere at every budget.
func (r *experimentRun) frozen(sys System) error {
	of := make(map[int]*Result, len(sys.Run))
	for i := range sys.Run {
		of[sys.Run[i].Query] = &sys.Run[i]
	}
	for _, budget := range r.Budgets {
		rs := make([]Result, len(r.report.Queries))
		for i, q := range r.report.Queries {
			rs[i].Query = q
			if known := of[q]; known != nil {
				n := min(budget, len(known.Items))
				rs[i].Items, rs[i].Scores = known.Items[:n], known.Scores[:n]
				rs[i].Rounds = []Round{{Items: rs[i].Items, Scores: rs[i].Scores}}
			}
		}
		ms, err := r.read(Measure{System: sys.Name, Budget: budget, Rounds: 1, Calls: math.NaN()}, rs)
		if err != nil {
			return fmt.Errorf("budget %d: %w", budget, err)
		}
		r.report.Measures = append(r.report.Measures, mergeSeeds([][]Measure{ms})...)
	}
	return nil
}

// read reads every k and measure of relevance off the results of one budget.
func (r *experimentRun) read(m Measure, rs []Result) ([]Measure, error) {
	var err error
	if m.Judged, err = r.judging.of(r.Dataset, rs); err != nil {
		return nil, err
	}
	m.first = make([]int, len(rs))
	for i := range rs {
		if m.first[i] = -1; len(rs[i].Items) > 0 {
			m.first[i] = rs[i].Items[0]
		}
	}
	if len(r.TopK) == 0 {
		return []Measure{m}, nil
	}
	ms := make([]Measure, len(r.TopK))
	for i, k := range r.TopK {
		ms[i] = m
		ms[i].K, ms[i].PerQuery = k, recalls(rs, r.exact, k)
	}
	return ms, nil
}

// mergeSeeds averages the seeds' measures, which agree in all but figures.
func mergeSeeds(seeds [][]Measure) []Measure {
	merged := make([]Measure, len(seeds[0]))
	for i := range merged {
		m := seeds[0][i]
		n := float64(len(seeds))
		var overSeeds stats.Moments
		m.PerQuery = make([]float64, len(m.PerQuery))
		m.ObserveSeconds, m.FactorizeSeconds, m.Seconds = 0, 0, 0
		for _, ms := range seeds {
			for q, v := range ms[i].PerQuery {
				m.PerQuery[q] += v / n
			}
			overSeeds.Add(stats.Mean(ms[i].PerQuery))
			m.ObserveSeconds += ms[i].ObserveSeconds / n
			m.FactorizeSeconds += ms[i].FactorizeSeconds / n
			m.Seconds += ms[i].Seconds / n
		}
		m.Recall, m.SeedSD = stats.Mean(m.PerQuery), overSeeds.Deviation()
		m.Low, m.High = stats.Bootstrap(m.PerQuery)
		if m.K == 0 {
			m.Recall, m.SeedSD, m.Low, m.High = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		}
		if m.Judged = nil; i > 0 && merged[i-1].Budget == m.Budget {
			m.Judged = merged[i-1].Judged
		} else {
			m.Judged = mergeJudged(seeds, i)
		}
		merged[i] = m
	}
	return merged
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
