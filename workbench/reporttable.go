package workbench

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
)

// TableOptions says what a table for a paper shows. The zero value shows every figure of
// the report with marks at the level 0.05.
type TableOptions struct {
	Budgets   []int    // nil = all
	Figures   []string // recall@10, say, and measures of relevance by name; nil = all
	Level     float64  // p at or below it is marked; 0 = 0.05
	Intervals bool     // show the 95 % intervals beside the means
}

// marked is the text of a table for a paper, in percent: cells of systems that differ from
// the baseline carry a mark, the best of each column stands out.
type marked struct {
	header []string
	rows   [][]cellText
	note   string
}

type cellText struct {
	text, mark string // mark: "+" better, "-" worse than the baseline, "" not shown to differ
	best       bool
}

func (r *Report) marked(o TableOptions) (marked, error) {
	if o.Level == 0 {
		o.Level = 0.05
	}
	if !(o.Level > 0 && o.Level < 1) {
		return marked{}, fmt.Errorf("Level is %v, not between 0 and 1", o.Level)
	}
	for _, name := range o.Figures {
		if _, err := r.figures(name); err != nil {
			return marked{}, err
		}
	}
	g := r.grid(nil)
	g.columns = slices.DeleteFunc(g.columns, func(c gridColumn) bool {
		named := slices.ContainsFunc(o.Figures, func(name string) bool { return strings.EqualFold(name, c.figure) })
		return o.Budgets != nil && !slices.Contains(o.Budgets, c.budget) || o.Figures != nil && !named
	})
	if len(g.columns) == 0 {
		return marked{}, fmt.Errorf("the report on %s has nothing at the budgets %v: it has %v", r.Dataset, o.Budgets, r.budgets())
	}
	t := marked{header: []string{"system", "index calls"}, note: r.note(o.Level)}
	read := slices.ContainsFunc(g.rows, func(row gridRow) bool { return row.passes > 0 })
	if read {
		t.header = append(t.header, "item passes")
	}
	for _, c := range g.columns {
		t.header = append(t.header, fmt.Sprintf("%s, B = %d", c.figure, c.budget))
	}
	for _, row := range g.rows {
		cells := []cellText{{text: row.system}, {text: fmt.Sprint(row.calls)}}
		if read {
			cells = append(cells, cellText{text: fmt.Sprint(row.passes)})
		}
		for _, c := range g.columns {
			f, ok := g.cells[row][c]
			cells = append(cells, r.cell(f, ok, o, g.best(c)))
		}
		t.rows = append(t.rows, cells)
	}
	return t, nil
}

// best is the highest mean of a column, as it is printed.
func (g grid) best(c gridColumn) string {
	best := math.Inf(-1)
	for _, row := range g.rows {
		if f, ok := g.cells[row][c]; ok {
			best = max(best, f.Mean)
		}
	}
	return percent(best)
}

func percent(share float64) string { return fmt.Sprintf("%.1f", 100*share) }

// cell prints a figure.
func (r *Report) cell(f figure, known bool, o TableOptions, best string) cellText {
	if !known {
		return cellText{}
	}
	c := cellText{text: percent(f.Mean)}
	c.best = c.text == best
	if o.Intervals {
		c.text += fmt.Sprintf(" [%s, %s]", percent(f.Low), percent(f.High))
	}
	if f.of.System != r.baseline && f.PAdjusted <= o.Level {
		c.mark = "+"
		if f.Gain < 0 {
			c.mark = "-"
		}
	}
	return c
}

// note says what the marks of a table mean.
func (r *Report) note(level float64) string {
	test, adjusted := r.test, ""
	if r.correction != "" {
		adjusted = ", adjusted by " + r.correction
	}
	of := r.Dataset
	if note := r.trainedNote(); note != "" {
		of += ", " + note
	}
	return fmt.Sprintf("Percent, means over %d queries of %s. Marks: significantly better or worse than %s (%s test%s, p ≤ %g).",
		len(r.Queries), of, r.baseline, test, adjusted, level)
}

// Markdown writes the report as a table for a web page: a row per system and index cost,
// in percent. † marks figures significantly above the baseline's, ‡ below; the best of
// each column is bold.
func (r *Report) Markdown(o TableOptions) (string, error) {
	t, err := r.marked(o)
	if err != nil {
		return "", fmt.Errorf("workbench: markdown: %w", err)
	}
	var b strings.Builder
	b.WriteString("| " + strings.Join(t.header, " | ") + " |\n| --- |" + strings.Repeat(" ---: |", len(t.header)-1) + "\n")
	for _, row := range t.rows {
		b.WriteString("|")
		for _, c := range row {
			text := strings.NewReplacer("|", `\|`).Replace(c.text)
			if c.best {
				text = "**" + text + "**"
			}
			b.WriteString(" " + text + map[string]string{"+": "†", "-": "‡"}[c.mark] + " |")
		}
		b.WriteString("\n")
	}
	return b.String() + "\n" + strings.Replace(t.note, "Marks: significantly better or worse", "† significantly better, ‡ worse", 1) + "\n", nil
}

// LaTeX writes the report as a tabular with booktabs' rules, for the package of that name:
// a row per system and index cost, in percent. A raised † marks figures significantly
// above the baseline's, ‡ below; the best of each column is bold.
func (r *Report) LaTeX(o TableOptions) (string, error) {
	t, err := r.marked(o)
	if err != nil {
		return "", fmt.Errorf("workbench: latex: %w", err)
	}
	line := func(cells []string) string { return strings.Join(cells, " & ") + ` \\` + "\n" }
	header := make([]string, len(t.header))
	for i, h := range t.header {
		header[i] = latexText(h)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\\begin{tabular}{l%s}\n\\toprule\n%s\\midrule\n", strings.Repeat("r", len(header)-1), line(header))
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = latexText(c.text); c.best {
				cells[i] = `\textbf{` + cells[i] + "}"
			}
			cells[i] += map[string]string{"+": `$^{\dagger}$`, "-": `$^{\ddagger}$`}[c.mark]
		}
		b.WriteString(line(cells))
	}
	note := strings.Replace(t.note, "Marks: significantly better or worse", `\dagger significantly better, \ddagger worse`, 1)
	return b.String() + "\\bottomrule\n\\end{tabular}\n% " + note + "\n", nil
}

// latexText escapes what LaTeX reads as commands.
func latexText(s string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
		"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "λ", `$\lambda$`).Replace(s)
}

// CSV writes one row per system, index cost, budget and figure: system, sampling,
// index_calls, item_passes, budget, figure, mean, low, high, gain, p, p_adjusted, calls.
func (r *Report) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"system", "sampling", "index_calls", "item_passes", "budget", "figure", "mean", "low", "high", "gain", "p", "p_adjusted", "calls"})
	for _, name := range r.figureNames() {
		all, err := r.figures(name)
		if err != nil {
			return "", fmt.Errorf("workbench: csv: %w", err)
		}
		for _, f := range all {
			row := []string{f.of.System, f.of.Sampling, fmt.Sprint(f.of.IndexCalls), fmt.Sprint(f.of.ItemPasses), fmt.Sprint(f.of.Budget), f.Measure}
			for _, v := range []float64{f.Mean, f.Low, f.High, f.Gain, f.P, f.PAdjusted, f.of.Calls} {
				row = append(row, fmt.Sprintf("%.6g", v))
			}
			w.Write(row)
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

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
