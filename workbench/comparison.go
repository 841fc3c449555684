package workbench

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"axn/workbench/internal/chart"
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
	judged   []bool // by index in Report.Queries
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

// judgedOnly leaves out the queries that are not judged.
func judgedOnly(perQuery []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(perQuery), math.IsNaN)
}

// mergeJudged averages the seeds' measures of relevance in their i-th measure.
func mergeJudged(seeds [][]Measure, i int) []Judged {
	merged := slices.Clone(seeds[0][i].Judged)
	for at := range merged {
		j := merged[at]
		j.PerQuery = make([]float64, len(j.PerQuery))
		var overSeeds stats.Moments
		for _, ms := range seeds {
			for q, v := range ms[i].Judged[at].PerQuery {
				j.PerQuery[q] += v / float64(len(seeds))
			}
			overSeeds.Add(stats.Mean(judgedOnly(ms[i].Judged[at].PerQuery)))
		}
		values := judgedOnly(j.PerQuery)
		j.Mean, j.SeedSD = stats.Mean(values), overSeeds.Deviation()
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

// pairedGain compares values of the same queries.
func pairedGain(ours, base []float64, test func([]float64) float64) gain {
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
			g = pairedGain(m.PerQuery, base.PerQuery, test)
		}
		m.Gain, m.GainLow, m.GainHigh, m.P = g.mean, g.low, g.high, g.p
		if m.K != first {
			return
		}
		for at := range m.Judged {
			j := &m.Judged[at]
			g := pairedGain(judgedOnly(j.PerQuery), judgedOnly(base.Judged[at].PerQuery), test)
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

// Differences are two systems query by query, by one figure at one budget: which queries
// the first helped and which it hurt. Queries are in the order of the difference, those
// helped most first.
type Differences struct {
	Figure        string
	Budget        int
	First, Second string // names of the systems
	Queries       []int
	Of, Than      []float64 // the figure of First and of Second, by query as in Queries

	data       *Dataset
	tops, than []int // item row that each ranking begins with, -1 without any
}

// Differences compares two systems of the report query by query by a figure, recall@10 or
// a measure of relevance by its name, at a budget. A system measured at several index costs
// is taken at its dearest. d is the experiment's data set.
func (r *Report) Differences(d *Dataset, first, second, figureName string, budget int) (*Differences, error) {
	fail := func(err error) (*Differences, error) {
		return nil, fmt.Errorf("workbench: differences: %w", err)
	}
	all, err := r.figures(figureName)
	if err != nil {
		return fail(err)
	}
	var of [2]*figure
	for i, name := range []string{first, second} {
		for n := range all {
			f := &all[n]
			if f.of.System == name && f.of.Budget == budget && (of[i] == nil || f.of.IndexCalls > of[i].of.IndexCalls) {
				of[i] = f
			}
		}
		if of[i] == nil {
			return fail(fmt.Errorf("the report on %s has no system %q at budget %d; it has the budgets %v", r.Dataset, name, budget, r.budgets()))
		}
	}
	x := &Differences{Figure: of[0].Measure, Budget: budget, First: first, Second: second, data: d}
	order := make([]int, 0, len(r.Queries))
	for q := range r.Queries {
		if r.Queries[q] >= len(d.Queries) {
			return fail(fmt.Errorf("%w: query row %d, %s has %d queries", ErrShape, r.Queries[q], d.Name, len(d.Queries)))
		}
		if v := of[0].PerQuery[q]; v == v { // judged
			order = append(order, q)
		}
	}
	a, b := of[0].PerQuery, of[1].PerQuery
	slices.SortStableFunc(order, func(p, q int) int { return cmp.Compare(a[q]-b[q], a[p]-b[p]) })
	for _, q := range order {
		x.Queries, x.Of, x.Than = append(x.Queries, r.Queries[q]), append(x.Of, a[q]), append(x.Than, b[q])
		x.tops, x.than = append(x.tops, of[0].of.first[q]), append(x.than, of[1].of.first[q])
	}
	return x, nil
}

// Counts says how many queries First helped, how many it hurt and how many are equal.
func (x *Differences) Counts() (helped, hurt, equal int) {
	for i := range x.Queries {
		switch {
		case x.Of[i] > x.Than[i]:
			helped++
		case x.Of[i] < x.Than[i]:
			hurt++
		default:
			equal++
		}
	}
	return helped, hurt, equal
}

// Frame shows the queries helped most and hurt most, at most n of each and only those that
// differ; n = 0 shows all queries. Columns: query, id, text, first, second (the figure of
// each), difference, first_item and second_item (what each ranking begins with).
func (x *Differences) Frame(n int) dataframe.DataFrame {
	keep := make([]int, 0, len(x.Queries))
	helped, hurt, _ := x.Counts()
	for i := range x.Queries {
		if n == 0 || i < min(n, helped) || i >= len(x.Queries)-min(n, hurt) {
			keep = append(keep, i)
		}
	}
	pick := func(t series.Type, name string, of func(i int) any) series.Series {
		values := make([]any, len(keep))
		for at, i := range keep {
			values[at] = of(i)
		}
		return series.New(values, t, name)
	}
	item := func(row int) string {
		if row < 0 {
			return ""
		}
		it := x.data.Items[row]
		return cmp.Or(it.Text, it.Lemmas, it.ID)
	}
	return dataframe.New(
		pick(series.Int, "query", func(i int) any { return x.Queries[i] }), pick(series.String, "id", func(i int) any { return x.data.Queries[x.Queries[i]].ID }),
		pick(series.String, "text", func(i int) any { return x.data.Queries[x.Queries[i]].Text }),
		pick(series.Float, "first", func(i int) any { return x.Of[i] }), pick(series.Float, "second", func(i int) any { return x.Than[i] }),
		pick(series.Float, "difference", func(i int) any { return x.Of[i] - x.Than[i] }),
		pick(series.String, "first_item", func(i int) any { return item(x.tops[i]) }), pick(series.String, "second_item", func(i int) any { return item(x.than[i]) }))
}

// Plot draws the difference of each query, in points of a hundred, from the most helped to
// the most hurt.
func (x *Differences) Plot() (*plot.Plot, error) {
	helped, hurt, equal := x.Counts()
	p := chart.New(fmt.Sprintf("%s, B = %d: %s against %s, %d helped, %d hurt, %d equal", x.Figure, x.Budget, x.First, x.Second, helped, hurt, equal),
		"queries, most helped first", "difference, points")
	for _, part := range []struct {
		color color.RGBA
		want  func(v float64) bool
	}{{chart.Palette.Blue, func(v float64) bool { return v > 0 }}, {chart.Palette.Vermilion, func(v float64) bool { return v < 0 }}} {
		var bars plotter.XYs
		for i := range x.Queries {
			v := 100 * (x.Of[i] - x.Than[i])
			if part.want(v) {
				bars = append(bars, plotter.XY{X: float64(i + 1)}, plotter.XY{X: float64(i + 1), Y: v}, plotter.XY{X: float64(i + 1)})
			}
		}
		if bars == nil {
			continue
		}
		line, err := plotter.NewLine(bars)
		if err != nil {
			return nil, fmt.Errorf("workbench: plot differences: %w", err)
		}
		line.Color, line.Width = part.color, vg.Points(1.5)
		p.Add(line)
	}
	p.X.Min, p.X.Max = 0, float64(len(x.Queries)+1)
	chart.Describe(p, fmt.Sprintf("%d queries helped, %d hurt, %d equal", helped, hurt, equal))
	return p, nil
}

// String fits one line.
func (x *Differences) String() string {
	helped, hurt, equal := x.Counts()
	return fmt.Sprintf("%s at B = %d, %s against %s: %d queries helped, %d hurt, %d equal", x.Figure, x.Budget, x.First, x.Second, helped, hurt, equal)
}
