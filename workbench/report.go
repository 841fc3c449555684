package workbench

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

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
	Calls      float64   // mean cross-encoder calls per query, of a Cascade its Fast's
	ExactCalls float64   // mean calls of a Cascade's Exact per query, beside them

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

// Frame shows the report as a table, one row per measure, in order: system,
// index_calls, item_passes, budget, rounds, k, recall, calls and seconds, then the interval of
// the recall (low, high), its spread over seeds (seed_sd), the gain over the
// baseline with its interval and p (gain, gain_low, gain_high, p), and what the
// index cost (sampling, observe_seconds, factorize_seconds, index_mb). Each measure of
// relevance adds its mean under its name, such as ndcg@10, and with that name in front
// _low, _high, _gain and _p; a Correction adds the adjusted p, p_adjusted; a Cascade adds
// exact_calls, its Exact's beside calls. Where
// indexes learnt from queries that were searched, trained says from how many.
func (r *Report) Frame() dataframe.DataFrame {
	text := func(name string, of func(m *Measure) string) series.Series {
		return r.column(series.String, name, func(m *Measure) any { return of(m) })
	}
	count := func(name string, of func(m *Measure) int) series.Series {
		return r.column(series.Int, name, func(m *Measure) any { return of(m) })
	}
	number := func(name string, of func(m *Measure) float64) series.Series {
		return r.column(series.Float, name, func(m *Measure) any { return of(m) })
	}
	columns := []series.Series{
		text("system", func(m *Measure) string { return m.System }),
		count("index_calls", func(m *Measure) int { return m.IndexCalls }),
		count("item_passes", func(m *Measure) int { return m.ItemPasses }),
		count("budget", func(m *Measure) int { return m.Budget }),
		count("rounds", func(m *Measure) int { return m.Rounds }),
		count("k", func(m *Measure) int { return m.K }),
		number("recall", func(m *Measure) float64 { return m.Recall }),
		number("calls", func(m *Measure) float64 { return m.Calls }),
		number("seconds", func(m *Measure) float64 { return m.Seconds }),
		number("low", func(m *Measure) float64 { return m.Low }),
		number("high", func(m *Measure) float64 { return m.High }),
		number("seed_sd", func(m *Measure) float64 { return m.SeedSD }),
		number("gain", func(m *Measure) float64 { return m.Gain }),
		number("gain_low", func(m *Measure) float64 { return m.GainLow }),
		number("gain_high", func(m *Measure) float64 { return m.GainHigh }),
		number("p", func(m *Measure) float64 { return m.P }),
		text("sampling", func(m *Measure) string { return m.Sampling }),
		number("observe_seconds", func(m *Measure) float64 { return m.ObserveSeconds }),
		number("factorize_seconds", func(m *Measure) float64 { return m.FactorizeSeconds }),
		number("index_mb", func(m *Measure) float64 { return float64(m.IndexBytes) / (1 << 20) })}
	if r.correction != "" {
		columns = append(columns, number("p_adjusted", func(m *Measure) float64 { return m.PAdjusted }))
	}
	if slices.ContainsFunc(r.Measures, func(m Measure) bool { return m.ExactCalls > 0 }) {
		columns = append(columns, number("exact_calls", func(m *Measure) float64 { return m.ExactCalls }))
	}
	if r.trained() > 0 {
		columns = append(columns, count("trained", func(m *Measure) int { return m.Trained }))
	}
	for at, name := range r.judgedNames() {
		name = strings.ToLower(name)
		columns = append(columns, number(name, func(m *Measure) float64 { return m.Judged[at].Mean }),
			number(name+"_low", func(m *Measure) float64 { return m.Judged[at].Low }), number(name+"_high", func(m *Measure) float64 { return m.Judged[at].High }),
			number(name+"_gain", func(m *Measure) float64 { return m.Judged[at].Gain }), number(name+"_p", func(m *Measure) float64 { return m.Judged[at].P }))
		if r.correction != "" {
			columns = append(columns, number(name+"_p_adjusted", func(m *Measure) float64 { return m.Judged[at].PAdjusted }))
		}
	}
	return dataframe.New(columns...)
}

// column makes a column of a frame.
func (r *Report) column(t series.Type, name string, of func(m *Measure) any) series.Series {
	values := make([]any, len(r.Measures))
	for i := range r.Measures {
		values[i] = of(&r.Measures[i])
	}
	return series.New(values, t, name)
}

// Table shows recall in percent with one row per system and index cost, and per
// sampling where several cost the same, and one column per budget and k, such as
// B100_k10: the shape papers print. It shows the given k, or all if none is given, and
// the measures of relevance, such as B100_nDCG@10. Item passes have a column where there
// are any. What was not measured, as in the report of an experiment that failed, is NaN.
func (r *Report) Table(k ...int) dataframe.DataFrame {
	g := r.grid(k)
	names, calls, passes := make([]string, len(g.rows)), make([]int, len(g.rows)), make([]int, len(g.rows))
	for i, at := range g.rows {
		names[i], calls[i], passes[i] = at.system, at.calls, at.passes
	}
	all := []series.Series{series.New(names, series.String, "system"), series.New(calls, series.Int, "index_calls")}
	if len(passes) > 0 && slices.Max(passes) > 0 {
		all = append(all, series.New(passes, series.Int, "item_passes"))
	}
	for _, col := range g.columns {
		v := make([]float64, len(g.rows))
		for i, at := range g.rows {
			v[i] = math.NaN()
			if f, ok := g.cells[at][col]; ok {
				v[i] = math.Round(1000*f.Mean) / 10
			}
		}
		name := fmt.Sprintf("B%d_%s", col.budget, col.figure)
		if col.k > 0 {
			name = fmt.Sprintf("B%d_k%d", col.budget, col.k)
		}
		all = append(all, series.New(v, series.Float, name))
	}
	return dataframe.New(all...)
}

// drawnName names the system, and its sampling too where another one has cost it as
// many calls.
func (r *Report) drawnName(m *Measure) string {
	for _, other := range r.Measures {
		if other.System == m.System && other.IndexCalls == m.IndexCalls && other.Sampling != m.Sampling {
			return m.System + ", " + m.Sampling
		}
	}
	return m.System
}
