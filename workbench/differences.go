package workbench

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"axn/workbench/internal/chart"
)

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
