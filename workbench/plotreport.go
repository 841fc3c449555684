package workbench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// PlotRecall draws mean Top-k-Recall in percent against the budget, one line per
// system and index cost; k must be one of the experiment's.
func (r *Report) PlotRecall(k int) (*plot.Plot, error) {
	curves := r.curves(func(m *Measure) bool { return m.K == k }, r.costName, func(m *Measure) float64 { return float64(m.Budget) })
	if len(curves) == 0 {
		return nil, fmt.Errorf("workbench: plot recall: the report on %s has no measures at k = %d", r.Dataset, k)
	}
	p := newPlot(fmt.Sprintf("Top-%d recall on %s, %d queries", k, r.Dataset, len(r.Queries)), "cross-encoder calls per query (budget B)", "recall, %")
	if err := addCurves(p, curves); err != nil {
		return nil, err
	}
	p.X.Tick.Marker = budgetTicks(curves)
	return p, nil
}

// PlotIndexCalls draws mean Top-k-Recall in percent at one budget against the
// calls spent on the index, item passes among them, on a logarithmic axis, one line per
// system. A system whose index costs nothing is a level line.
func (r *Report) PlotIndexCalls(k, budget int) (*plot.Plot, error) {
	curves := r.curves(func(m *Measure) bool { return m.K == k && m.Budget == budget }, r.drawnName, func(m *Measure) float64 { return math.Log10(float64(m.IndexCalls + m.ItemPasses)) })
	if len(curves) == 0 {
		return nil, fmt.Errorf("workbench: plot index calls: the report on %s has no measures at k = %d, budget %d", r.Dataset, k, budget)
	}
	levelFreeCurves(curves)
	p := newPlot(fmt.Sprintf("Top-%d recall at B = %d on %s, %d queries", k, budget, r.Dataset, len(r.Queries)), r.spent(), "recall, %")
	if err := addCurves(p, curves); err != nil {
		return nil, err
	}
	decadeAxis(p, curves)
	return p, nil
}

// PlotPareto draws mean Top-k-Recall in percent against what the cross-encoder does
// for it, on a logarithmic axis: for the index, calls and item passes, and for
// answering a number of queries, calls. The axis is in seconds where the experiment
// had a Price, else in calls, a pass being taken for one. There is one line per system
// and index cost, and broad and grey the Pareto front, the best recall for the cost.
func (r *Report) PlotPareto(k, queries int) (*plot.Plot, error) {
	price, unit := r.Price.orCalls()
	curves := r.curves(func(m *Measure) bool { return m.K == k && !math.IsNaN(m.Calls) }, r.costName, func(m *Measure) float64 {
		return math.Log10(price.of(float64(m.IndexCalls)+float64(queries)*m.Calls, m.ItemPasses))
	})
	if len(curves) == 0 || queries <= 0 {
		return nil, fmt.Errorf("workbench: plot pareto: %d queries, and the report on %s has %d systems at k = %d", queries, r.Dataset, len(curves), k)
	}
	p := newPlot(fmt.Sprintf("Top-%d recall on %s; grey: the best for the %s", k, r.Dataset, unit), fmt.Sprintf("cross-encoder %s, index and %d queries", unit, queries), "recall, %")
	front, err := plotter.NewLine(paretoFront(curves))
	if err != nil {
		return nil, fmt.Errorf("workbench: plot pareto: %w", err)
	}
	front.Color, front.Width = grey, vg.Points(8)
	p.Add(front)
	if err := addCurves(p, curves); err != nil {
		return nil, err
	}
	decadeAxis(p, curves)
	return p, nil
}

// PlotMeasures draws figures of the report in percent against the budget: recall@10 is
// Top-10-Recall, and measures of relevance go by their names. Each system and index cost
// is a line, of each figure where several are named.
func (r *Report) PlotMeasures(names ...string) (*plot.Plot, error) {
	var curves []curve
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
			at := slices.IndexFunc(curves, func(c curve) bool { return c.name == label })
			if at < 0 {
				at, curves = len(curves), append(curves, curve{name: label})
			}
			curves[at].xys = append(curves[at].xys, plotter.XY{X: float64(f.of.Budget), Y: 100 * f.Mean})
		}
	}
	title := fmt.Sprintf("%s on %s, %d queries", strings.Join(names, " and "), r.Dataset, len(r.Queries))
	p := newPlot(title, "cross-encoder calls per query (budget B)", "mean over queries, %")
	if err := addCurves(p, curves); err != nil {
		return nil, err
	}
	p.X.Tick.Marker = budgetTicks(curves)
	return p, nil
}

// spent names what an index costs.
func (r *Report) spent() string {
	if slices.ContainsFunc(r.Measures, func(m Measure) bool { return m.ItemPasses > 0 }) {
		return "cross-encoder calls and item passes spent on the index"
	}
	return "cross-encoder calls spent on the index"
}

// paretoFront lists, from left to right, the points that no other beats in both
// coordinates, as steps.
func paretoFront(curves []curve) plotter.XYs {
	var all plotter.XYs
	for _, c := range curves {
		all = append(all, c.xys...)
	}
	slices.SortFunc(all, func(a, b plotter.XY) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(b.Y, a.Y)) })
	front := plotter.XYs{all[0]}
	for _, xy := range all {
		if last := front[len(front)-1]; xy.Y > last.Y {
			front = append(front, plotter.XY{X: xy.X, Y: last.Y}, xy)
		}
	}
	return append(front, plotter.XY{X: all[len(all)-1].X, Y: front[len(front)-1].Y})
}

// curves draws recall in percent of the measures wanted, one curve per name, in
// the order of their first measure and each from left to right.
func (r *Report) curves(want func(*Measure) bool, name func(*Measure) string, x func(*Measure) float64) []curve {
	var curves []curve
	for i := range r.Measures {
		m := &r.Measures[i]
		if !want(m) {
			continue
		}
		at := slices.IndexFunc(curves, func(c curve) bool { return c.name == name(m) })
		if at < 0 {
			at, curves = len(curves), append(curves, curve{name: name(m)})
		}
		curves[at].xys = append(curves[at].xys, plotter.XY{X: x(m), Y: 100 * m.Recall})
	}
	for _, c := range curves {
		slices.SortStableFunc(c.xys, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	}
	return curves
}

// costName names the system, and its sampling or index cost if it was measured at
// several.
func (r *Report) costName(m *Measure) string {
	if name := r.drawnName(m); name != m.System {
		return name
	}
	for _, other := range r.Measures {
		if other.System == m.System && other.IndexCalls != m.IndexCalls {
			return m.System + ", " + short(m.IndexCalls)
		}
	}
	return m.System
}

// short writes a count as papers do: 950, 50k, 1.4M.
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(math.Round(float64(n)/1e5)/10, 'f', -1, 64) + "M"
	case n >= 1000:
		return strconv.FormatFloat(math.Round(float64(n)/100)/10, 'f', -1, 64) + "k"
	}
	return strconv.Itoa(n)
}

// levelFreeCurves draws what costs nothing, at log 0, from the least cost to the
// greatest of the others.
func levelFreeCurves(curves []curve) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, xy := range c.xys {
			if !math.IsInf(xy.X, -1) {
				low, high = min(low, xy.X), max(high, xy.X)
			}
		}
	}
	if low > high {
		low, high = 0, 1
	}
	for i, c := range curves {
		if math.IsInf(c.xys[0].X, -1) {
			y := c.xys[0].Y
			curves[i].xys = plotter.XYs{{X: low, Y: y}, {X: high, Y: y}}
		}
	}
}

// decadeAxis labels the powers of ten, and their doubles and fives where there is
// room, for curves whose X are decimal logarithms; the axis begins at a tick.
func decadeAxis(p *plot.Plot, curves []curve) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		low, high = min(low, c.xys[0].X), max(high, c.xys[len(c.xys)-1].X)
	}
	var ticks plot.ConstantTicks
	for decade := math.Floor(low); decade <= high; decade++ {
		for _, step := range []float64{1, 2, 5} {
			t := plot.Tick{Value: decade + math.Log10(step)}
			if high-low < 3 || step == 1 {
				t.Label = short(int(math.Round(step * math.Pow(10, decade))))
			}
			if t.Value <= low {
				p.X.Min = t.Value
			}
			if t.Value <= high {
				ticks = append(ticks, t)
			}
		}
	}
	p.X.Tick.Marker = ticks
}

// budgetTicks puts a tick at every budget measured, leaving out those too close
// to the one before.
func budgetTicks(curves []curve) plot.ConstantTicks {
	var at []float64
	for _, c := range curves {
		for _, xy := range c.xys {
			at = append(at, xy.X)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	var ticks plot.ConstantTicks
	apart, labelled := (at[len(at)-1]-at[0])/15, math.Inf(-1)
	for _, x := range at {
		t := plot.Tick{Value: x}
		if x-labelled >= apart {
			t.Label, labelled = strconv.Itoa(int(x)), x
		}
		ticks = append(ticks, t)
	}
	return ticks
}
