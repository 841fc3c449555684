package workbench

import (
	"math"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/stats"
)

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
