package workbench

import "slices"

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
