package workbench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"axn/workbench/internal/chart"
)

// PlotRecall draws mean Top-k-Recall in percent against the budget, one line per
// system and index cost; k must be one of the experiment's.
func (r *Report) PlotRecall(k int) (*plot.Plot, error) {
	lines := r.lines(func(m *Measure) bool { return m.K == k }, r.costName, func(m *Measure) float64 { return float64(m.Budget) })
	if len(lines) == 0 {
		return nil, fmt.Errorf("workbench: plot recall: the report on %s has no measures at k = %d", r.Dataset, k)
	}
	p := chart.New(fmt.Sprintf("Top-%d recall on %s, %d queries", k, r.Dataset, len(r.Queries)), "cross-encoder calls per query (budget B)", "recall, %")
	if err := chart.AddLines(p, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	p.X.Tick.Marker = chart.BudgetTicks(lines)
	return p, nil
}

// PlotIndexCalls draws mean Top-k-Recall in percent at one budget against the
// calls spent on the index, item passes among them, on a logarithmic axis, one line per
// system. A system whose index costs nothing is a level line.
func (r *Report) PlotIndexCalls(k, budget int) (*plot.Plot, error) {
	lines := r.lines(func(m *Measure) bool { return m.K == k && m.Budget == budget }, r.drawnName, func(m *Measure) float64 { return math.Log10(float64(m.IndexCalls + m.ItemPasses)) })
	if len(lines) == 0 {
		return nil, fmt.Errorf("workbench: plot index calls: the report on %s has no measures at k = %d, budget %d", r.Dataset, k, budget)
	}
	chart.LevelFree(lines)
	p := chart.New(fmt.Sprintf("Top-%d recall at B = %d on %s, %d queries", k, budget, r.Dataset, len(r.Queries)), "cross-encoder "+r.spent("calls")+" spent on the index", "recall, %")
	if err := chart.AddLines(p, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(p, lines)
	return p, nil
}

// PlotPareto draws mean Top-k-Recall in percent against what the cross-encoder does
// for it, on a logarithmic axis: for the index, calls and item passes, and for
// answering a number of queries, calls. The axis is in seconds where the experiment
// had a Price, else in calls, a pass being taken for one. There is one line per system
// and index cost, and broad and grey the Pareto front, the best recall for the cost.
func (r *Report) PlotPareto(k, queries int) (*plot.Plot, error) {
	price, unit := r.Price.orCalls()
	lines := r.lines(func(m *Measure) bool { return m.K == k && !math.IsNaN(m.Calls) }, r.costName, func(m *Measure) float64 {
		return math.Log10(price.of(float64(m.IndexCalls)+float64(queries)*(m.Calls+m.ExactCalls), m.ItemPasses))
	})
	if len(lines) == 0 || queries <= 0 {
		return nil, fmt.Errorf("workbench: plot pareto: %d queries, and the report on %s has %d systems at k = %d", queries, r.Dataset, len(lines), k)
	}
	p := chart.New(fmt.Sprintf("Top-%d recall on %s; grey: the best for the %s", k, r.Dataset, unit), fmt.Sprintf("cross-encoder %s, index and %d queries", r.spent(unit), queries), "recall, %")
	if err := chart.AddLines(p, lines, chart.Backdrop{XYs: chart.ParetoFront(lines), Width: vg.Points(8)}); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(p, lines)
	return p, nil
}

// PlotMeasures draws figures of the report in percent against the budget: recall@10 is
// Top-10-Recall, and measures of relevance go by their names. Each system and index cost
// is a line, of each figure where several are named.
func (r *Report) PlotMeasures(names ...string) (*plot.Plot, error) {
	var lines []chart.Line
	if len(names) == 0 {
		names = r.figureNames()
	}
	for _, name := range names {
		all, err := r.figures(name)
		if err != nil {
			return nil, fmt.Errorf("workbench: plot measures: %w", err)
		}
		for _, f := range all {
			label := r.costName(f.of)
			if len(names) > 1 {
				label += ", " + f.Measure
			}
			at := slices.IndexFunc(lines, func(c chart.Line) bool { return c.Name == label })
			if at < 0 {
				at, lines = len(lines), append(lines, chart.Line{Name: label})
			}
			lines[at].XYs = append(lines[at].XYs, plotter.XY{X: float64(f.of.Budget), Y: 100 * f.Mean})
			lines[at].Intervals = append(lines[at].Intervals, [2]float64{100 * f.Low, 100 * f.High})
		}
	}
	title := fmt.Sprintf("%s on %s, %d queries", strings.Join(names, " and "), r.Dataset, len(r.Queries))
	p := chart.New(title, "cross-encoder calls per query (budget B)", "mean over queries, %")
	if err := chart.AddLines(p, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	p.X.Tick.Marker = chart.BudgetTicks(lines)
	return p, nil
}

// spent names what a unit counts: calls, and item passes where there are any.
func (r *Report) spent(unit string) string {
	if unit == "calls" && slices.ContainsFunc(r.Measures, func(m Measure) bool { return m.ItemPasses > 0 }) {
		return "calls and item passes"
	}
	return unit
}

// lines draws recall in percent of the measures wanted, one line per name, in
// the order of their first measure and each from left to right.
func (r *Report) lines(want func(*Measure) bool, name func(*Measure) string, x func(*Measure) float64) []chart.Line {
	var lines []chart.Line
	var of [][]*Measure
	for i := range r.Measures {
		m := &r.Measures[i]
		if !want(m) {
			continue
		}
		at := slices.IndexFunc(lines, func(c chart.Line) bool { return c.Name == name(m) })
		if at < 0 {
			at, lines, of = len(lines), append(lines, chart.Line{Name: name(m)}), append(of, nil)
		}
		of[at] = append(of[at], m)
	}
	for i, measures := range of {
		slices.SortStableFunc(measures, func(a, b *Measure) int { return cmp.Compare(x(a), x(b)) })
		for _, m := range measures {
			lines[i].XYs = append(lines[i].XYs, plotter.XY{X: x(m), Y: 100 * m.Recall})
			lines[i].Intervals = append(lines[i].Intervals, [2]float64{100 * m.Low, 100 * m.High})
		}
	}
	return lines
}

// costName names the system, and its sampling or index cost if it was measured at
// several.
func (r *Report) costName(m *Measure) string {
	if name := r.drawnName(m); name != m.System {
		return name
	}
	for _, other := range r.Measures {
		if other.System == m.System && other.IndexCalls != m.IndexCalls {
			return m.System + ", " + chart.Short(m.IndexCalls)
		}
	}
	return m.System
}
