package workbench

import (
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/judge"
	"axn/workbench/internal/stats"
)

// Judged is one measure of relevance of a system at a budget, compared with the
// baseline as recall is.
type Judged struct {
	Measure                               string    // such as nDCG@10
	Mean, Low, High                       float64   // over judged queries and seeds, with the 95 % bootstrap interval over queries
	SeedSD                                float64   // standard deviation from seed to seed, 0 for one seed
	PerQuery                              []float64 // in the order of Report.Queries; NaN for a query that is not judged
	Gain, GainLow, GainHigh, P, PAdjusted float64   // as in Measure
}

// judging measures results by relevance.
type judging struct {
	measures []judge.Measure
	judged   []bool // by place in Report.Queries
}

// judging prepares the measures of an experiment. It returns an error for an unknown
// one, and where none of the queries is judged.
func (e Experiment) judging(queries []int) (judging, error) {
	ms, err := parseMeasures(e.Measures)
	if err != nil || len(ms) == 0 {
		return judging{}, err
	}
	j := judging{ms, make([]bool, len(queries))}
	for i, q := range queries {
		if q < 0 || q >= len(e.Dataset.Queries) {
			return judging{}, fmt.Errorf("query row %d, %s has %d queries", q, e.Dataset.Name, len(e.Dataset.Queries))
		}
		j.judged[i] = e.Dataset.grades(q) != nil
	}
	if !slices.Contains(j.judged, true) {
		return judging{}, fmt.Errorf("measures are asked for, and none of the %d queries of %s has judgements; OpenQrels reads some", len(queries), e.Dataset.Name)
	}
	return j, nil
}

// of measures results, of all queries in their order.
func (j judging) of(d *Dataset, rs []Result) ([]Judged, error) {
	if len(j.measures) == 0 {
		return nil, nil
	}
	lists, _, err := d.judgedLists(rs)
	if err != nil {
		return nil, err
	}
	all := make([]Judged, len(j.measures))
	for i, m := range j.measures {
		all[i] = Judged{Measure: m.String(), PerQuery: make([]float64, len(rs))}
		next := 0
		for q := range rs {
			all[i].PerQuery[q] = math.NaN()
			if j.judged[q] {
				all[i].PerQuery[q] = m.Of(lists[next])
				next++
			}
		}
	}
	return all, nil
}

// known leaves out the queries that are not judged.
func known(perQuery []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(perQuery), math.IsNaN)
}

// mergeJudged averages the seeds' measures of relevance in their i-th measure.
func mergeJudged(seeds [][]Measure, i int) []Judged {
	merged := slices.Clone(seeds[0][i].Judged)
	for at := range merged {
		j := merged[at]
		j.PerQuery = make([]float64, len(j.PerQuery))
		var spread stats.Moments
		for _, ms := range seeds {
			for q, v := range ms[i].Judged[at].PerQuery {
				j.PerQuery[q] += v / float64(len(seeds))
			}
			spread.Add(stats.Mean(known(ms[i].Judged[at].PerQuery)))
		}
		values := known(j.PerQuery)
		j.Mean, j.SeedSD = stats.Mean(values), spread.Deviation()
		j.Low, j.High = stats.Bootstrap(values)
		merged[at] = j
	}
	return merged
}

// tests give the two-sided p of paired differences, by the name Experiment.Test has.
var tests = map[string]func(difference []float64) float64{
	"": stats.SignFlip, "sign-flip": stats.SignFlip, "t": stats.StudentT, "wilcoxon": stats.Wilcoxon,
}

// corrections adjust p values for their number, by the name Experiment.Correction has.
var corrections = map[string]func(p []float64) []float64{
	"": func(p []float64) []float64 { return p }, "holm": stats.Holm, "bh": stats.BenjaminiHochberg,
}

// gain is a paired comparison with the baseline.
type gain struct{ mean, low, high, p float64 }

// paired compares values of the same queries.
func paired(ours, base []float64, test func([]float64) float64) gain {
	difference := make([]float64, len(ours))
	for q := range difference {
		difference[q] = ours[q] - base[q]
	}
	g := gain{mean: stats.Mean(difference), p: test(difference)}
	g.low, g.high = stats.Bootstrap(difference)
	return g
}

// compare tests every measure against the baseline's: recall over all rows, and each
// measure of relevance over all systems, samplings and budgets; rows that differ in k
// alone share those.
func (r *Report) compare(test func([]float64) float64, correct func([]float64) []float64) {
	if len(r.Measures) == 0 {
		return
	}
	first := r.Measures[0].K
	cores.Each(len(r.Measures), func(i int) {
		m := &r.Measures[i]
		base := r.counterpart(m)
		g := gain{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
		if m.K > 0 {
			g = paired(m.PerQuery, base.PerQuery, test)
		}
		m.Gain, m.GainLow, m.GainHigh, m.P = g.mean, g.low, g.high, g.p
		if m.K != first {
			return
		}
		for at := range m.Judged {
			j := &m.Judged[at]
			g := paired(known(j.PerQuery), known(base.Judged[at].PerQuery), test)
			j.Gain, j.GainLow, j.GainHigh, j.P = g.mean, g.low, g.high, g.p
		}
	})
	r.correct(correct, func(*Measure) bool { return true }, func(m *Measure) (p, adjusted *float64) { return &m.P, &m.PAdjusted })
	for at := range r.Measures[0].Judged {
		r.correct(correct, func(m *Measure) bool { return m.K == first }, func(m *Measure) (p, adjusted *float64) { return &m.Judged[at].P, &m.Judged[at].PAdjusted })
	}
}

// correct adjusts the p of the measures that count and are not the baseline's own, and
// copies that of the others which count.
func (r *Report) correct(correct func([]float64) []float64, counts func(*Measure) bool, of func(*Measure) (p, adjusted *float64)) {
	ps := make([]float64, len(r.Measures))
	for i := range r.Measures {
		m := &r.Measures[i]
		p, _ := of(m)
		if ps[i] = *p; !counts(m) || m.System == r.baseline {
			ps[i] = math.NaN()
		}
	}
	for i, adjusted := range correct(ps) {
		if !counts(&r.Measures[i]) {
			continue
		}
		p, to := of(&r.Measures[i])
		if *to = adjusted; math.IsNaN(adjusted) {
			*to = *p
		}
	}
}
