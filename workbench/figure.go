package workbench

import (
	"fmt"
	"slices"
	"strings"
)

// figure is what a report says of one system, sampling and budget: of recall at some k, or
// of a measure of relevance.
type figure struct {
	of *Measure
	k  int // of recall, 0 for a measure of relevance
	Judged
}

// judgedNames are the measures of relevance of the report.
func (r *Report) judgedNames() []string {
	var names []string
	if len(r.Measures) > 0 {
		for _, j := range r.Measures[0].Judged {
			names = append(names, j.Measure)
		}
	}
	return names
}

// recallName is how a figure of recall is called, such as recall@10.
func recallName(k int) string { return fmt.Sprintf("recall@%d", k) }

// figureNames are all that figures knows.
func (r *Report) figureNames() []string {
	var names []string
	for _, m := range r.Measures {
		if name := recallName(m.K); m.K > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return append(names, r.judgedNames()...)
}

// figures returns one figure of all systems, samplings and budgets in order: recall@10,
// say, which is Top-10-Recall, or a measure of relevance by its name.
func (r *Report) figures(name string) ([]figure, error) {
	var all []figure
	for i := range r.Measures {
		m := &r.Measures[i]
		if strings.EqualFold(name, recallName(m.K)) && m.K > 0 {
			all = append(all, figure{m, m.K, Judged{recallName(m.K), m.Recall, m.Low, m.High, m.SeedSD, m.PerQuery, m.Gain, m.GainLow, m.GainHigh, m.P, m.PAdjusted}})
			continue
		}
		for _, j := range m.Judged {
			if strings.EqualFold(name, j.Measure) && m.K == r.Measures[0].K { // the same for every k
				all = append(all, figure{m, 0, j})
			}
		}
	}
	if all == nil {
		return nil, fmt.Errorf("the report on %s has no figure %q: it has %s", r.Dataset, name, strings.Join(r.figureNames(), ", "))
	}
	return all, nil
}
