package workbench

import (
	"fmt"
	"math"
	"slices"

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
