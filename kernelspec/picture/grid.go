package picture

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// How many rows and columns of a large table are shown at its two ends.
const (
	headRows, tailRows = 10, 5
	headCols, tailCols = 12, 4
	cellWidth          = 60 // characters of one cell
)

// grid is a table to show: what is left after the middle was taken out.
type grid struct {
	names   []string   // of the columns shown; nil: none have names
	types   []string   // of the columns shown; nil: not known
	numeric []bool     // columns to align right
	labels  []string   // of the rows shown
	rows    [][]string // cells
	rowGap  int        // row before which some are left out; -1: none
	colGap  int        // column before which some are left out; -1: none
	caption string     // size of the whole table
}

// span lists the indexes shown of n, and where the gap is (-1: none).
func span(n, head, tail int) (shown []int, gap int) {
	gap = -1
	for i := range n {
		if n > head+tail+1 && i >= head && i < n-tail {
			continue
		}
		if i > 0 && len(shown) > 0 && shown[len(shown)-1] != i-1 {
			gap = len(shown)
		}
		shown = append(shown, i)
	}
	return shown, gap
}

// clip shortens a cell.
func clip(s string) string {
	s = strings.ReplaceAll(s, "\n", "⏎")
	if utf8.RuneCountInString(s) <= cellWidth {
		return s
	}
	return string([]rune(s)[:cellWidth-1]) + "…"
}

// html returns the table as HTML. It brings no colours of its own, so that it
// reads well on light and dark pages.
func (g *grid) html() string {
	var b strings.Builder
	b.WriteString("<table class=\"dataframe\">")
	if g.names != nil {
		b.WriteString("<thead><tr><td></td>")
		g.cells(g.names, func(i int, name string) {
			b.WriteString("<th scope=\"col\" style=\"text-align:" + g.align(i) + "\">" + breakable(name))
			if g.types != nil {
				b.WriteString("<br><span style=\"font-weight:normal;opacity:.6\">" + html.EscapeString(g.types[i]) + "</span>")
			}
			b.WriteString("</th>")
		}, func() { b.WriteString("<th scope=\"col\">…</th>") })
		b.WriteString("</tr></thead>")
	}
	b.WriteString("<tbody>")
	for r, row := range g.rows {
		if r == g.rowGap {
			b.WriteString("<tr><th scope=\"row\">⋮</th>")
			g.cells(row, func(i int, _ string) { b.WriteString("<td style=\"text-align:" + g.align(i) + "\">⋮</td>") }, func() { b.WriteString("<td></td>") })
			b.WriteString("</tr>")
		}
		b.WriteString("<tr><th scope=\"row\" style=\"opacity:.6\">" + html.EscapeString(g.labels[r]) + "</th>")
		g.cells(row, func(i int, cell string) {
			b.WriteString("<td style=\"text-align:" + g.align(i) + "\">" + html.EscapeString(cell) + "</td>")
		}, func() { b.WriteString("<td>…</td>") })
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table><p style=\"opacity:.6\">" + html.EscapeString(g.caption) + "</p>")
	return b.String()
}

// breakable is a name as HTML that may go on in a new line after an underscore, so
// that a table with many columns fits a narrow page.
func breakable(name string) string {
	return strings.ReplaceAll(html.EscapeString(name), "_", "_<wbr>")
}

// cells calls cell for each cell of a row, and gap where columns are left out.
func (g *grid) cells(row []string, cell func(i int, s string), gap func()) {
	for i, s := range row {
		if i == g.colGap {
			gap()
		}
		cell(i, s)
	}
}

func (g *grid) align(column int) string {
	if g.numeric[column] {
		return "right"
	}
	return "left"
}

// text returns the table for consoles, in columns.
func (g *grid) text() string {
	rows := g.textRows()
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, s := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, s := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
			if i == 0 || g.numericText(i) {
				line += pad + s + "  "
			} else {
				line += s + pad + "  "
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString(g.caption)
	return b.String()
}

// textRows returns all rows with labels, names, types and gaps as cells.
func (g *grid) textRows() [][]string {
	line := func(label string, cells []string, gap string) []string {
		out := []string{label}
		g.cells(cells, func(_ int, s string) { out = append(out, s) }, func() { out = append(out, gap) })
		return out
	}
	var rows [][]string
	if g.names != nil {
		rows = append(rows, line("", g.names, "…"))
	}
	if g.types != nil {
		rows = append(rows, line("", g.types, ""))
	}
	for r, row := range g.rows {
		if r == g.rowGap {
			dots := make([]string, len(row))
			for i := range dots {
				dots[i] = "⋮"
			}
			rows = append(rows, line("⋮", dots, ""))
		}
		rows = append(rows, line(g.labels[r], row, "…"))
	}
	if len(rows) == 0 {
		rows = [][]string{{""}}
	}
	return rows
}

// numericText tells whether a column of textRows is aligned right.
func (g *grid) numericText(i int) bool {
	i-- // the label
	if g.colGap >= 0 && i >= g.colGap {
		if i == g.colGap {
			return false
		}
		i--
	}
	return g.numeric[i]
}

// sized says how large a table is.
func sized(rows, cols int) string {
	s := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	return s(rows, "row") + " × " + s(cols, "column")
}
