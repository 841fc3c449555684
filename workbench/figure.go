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

// grid is a report laid out as papers do: a row per system and index cost, a column per
// budget and figure.
type grid struct {
	rows    []gridRow
	columns []gridColumn
	cells   map[gridRow]map[gridColumn]figure
}

type gridRow struct {
	system        string
	calls, passes int // spent on the index
}

type gridColumn struct {
	budget int
	k      int    // of recall, 0 for a measure of relevance
	figure string // its name
}

// grid lays out recall at the given k, or all if none is given, and the measures of
// relevance, in the order of the report.
func (r *Report) grid(k []int) grid {
	g := grid{cells: map[gridRow]map[gridColumn]figure{}}
	for _, budget := range r.budgets() {
		for _, name := range r.figureNames() {
			all, _ := r.figures(name) // of a name that the report has
			for _, f := range all {
				if f.of.Budget == budget && (f.k == 0 || len(k) == 0 || slices.Contains(k, f.k)) {
					g.put(gridRow{r.drawnName(f.of), f.of.IndexCalls, f.of.ItemPasses}, gridColumn{budget, f.k, f.Measure}, f)
				}
			}
		}
	}
	return g
}

func (g *grid) put(row gridRow, column gridColumn, f figure) {
	if g.cells[row] == nil {
		g.rows, g.cells[row] = append(g.rows, row), map[gridColumn]figure{}
	}
	if !slices.Contains(g.columns, column) {
		g.columns = append(g.columns, column)
	}
	g.cells[row][column] = f
}

// budgets lists the budgets in the order of their first measure.
func (r *Report) budgets() []int {
	var budgets []int
	for _, m := range r.Measures {
		if !slices.Contains(budgets, m.Budget) {
			budgets = append(budgets, m.Budget)
		}
	}
	return budgets
}
