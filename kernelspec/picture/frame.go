package picture

import (
	"fmt"
	"math"
	"strconv"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"
)

// frameTable returns the table of a data frame.
func frameTable(df dataframe.DataFrame) *grid {
	if df.Err != nil {
		return &grid{rowGap: -1, colGap: -1, caption: "data frame with an error: " + df.Err.Error()}
	}
	rows, rowGap := span(df.Nrow(), headRows, tailRows)
	cols, colGap := span(df.Ncol(), headCols, tailCols)
	g := &grid{names: []string{}, types: []string{}, rowGap: rowGap, colGap: colGap, caption: sized(df.Nrow(), df.Ncol())}
	names, types := df.Names(), df.Types()
	for _, c := range cols {
		g.names = append(g.names, names[c])
		g.types = append(g.types, string(types[c]))
		g.numeric = append(g.numeric, types[c] == series.Int || types[c] == series.Float)
	}
	for _, r := range rows {
		g.labels = append(g.labels, strconv.Itoa(r))
		row := make([]string, 0, len(cols))
		for _, c := range cols {
			row = append(row, frameCell(df.Elem(r, c)))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// frameCell shows one value of a frame; numbers with six digits that count.
func frameCell(e series.Element) string {
	if e.Type() == series.Float {
		return number(e.Float())
	}
	return clip(e.String())
}

func number(x float64) string {
	if math.IsNaN(x) {
		return "NaN"
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// matrixTable returns the table of a matrix.
func matrixTable(m mat.Matrix) *grid {
	nr, nc := m.Dims()
	rows, rowGap := span(nr, headRows, tailRows)
	cols, colGap := span(nc, headCols, tailCols)
	g := &grid{names: []string{}, rowGap: rowGap, colGap: colGap, caption: fmt.Sprintf("%d×%d matrix", nr, nc)}
	for _, c := range cols {
		g.names = append(g.names, strconv.Itoa(c))
		g.numeric = append(g.numeric, true)
	}
	for _, r := range rows {
		g.labels = append(g.labels, strconv.Itoa(r))
		row := make([]string, 0, len(cols))
		for _, c := range cols {
			row = append(row, number(m.At(r, c)))
		}
		g.rows = append(g.rows, row)
	}
	return g
}
