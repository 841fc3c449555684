package workbench

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"axn/workbench/internal/chart"
)

// Spectrum holds the singular values of a matrix, largest first: how many
// dimensions its rows need.
type Spectrum struct {
	Name   string
	Values []float64
}

// NewSpectrum finds the singular values of a matrix, O(smaller side² × larger).
func NewSpectrum(name string, m *Matrix) Spectrum {
	a := blas64.General{Rows: m.Rows, Cols: m.Cols, Stride: max(m.Cols, 1), Data: make([]float64, len(m.Data))}
	for i, v := range m.Data {
		a.Data[i] = float64(v)
	}
	n, first, second := m.Rows, blas.NoTrans, blas.Trans
	if m.Cols < m.Rows {
		n, first, second = m.Cols, blas.Trans, blas.NoTrans
	}
	if n == 0 {
		return Spectrum{Name: name}
	}
	g := blas64.General{Rows: n, Cols: n, Stride: n, Data: make([]float64, n*n)}
	blas64.Gemm(first, second, 1, a, a, 0, g)
	var e mat.EigenSym
	e.Factorize(mat.NewSymDense(n, g.Data), false)
	values := e.Values(nil)
	slices.Reverse(values)
	for i, v := range values {
		values[i] = math.Sqrt(max(v, 0))
	}
	return Spectrum{name, values}
}

// energies are the shares of the sum of squares that the first 1, 2, … values hold.
func (s Spectrum) energies() []float64 {
	sum := 0.0
	for _, v := range s.Values {
		sum += v * v
	}
	shares, held := make([]float64, len(s.Values)), 0.0
	for i, v := range s.Values {
		held += v * v
		shares[i] = held / max(sum, math.SmallestNonzeroFloat64)
	}
	return shares
}

// Frame shows the spectrum: matrix (its name), rank from 1, value, and energy, the
// share of the sum of squares held by the values up to here.
func (s Spectrum) Frame() dataframe.DataFrame {
	names, ranks := make([]string, len(s.Values)), make([]int, len(s.Values))
	for i := range ranks {
		names[i], ranks[i] = s.Name, i+1
	}
	return dataframe.New(series.New(names, series.String, "matrix"), series.New(ranks, series.Int, "rank"),
		series.New(s.Values, series.Float, "value"), series.New(s.energies(), series.Float, "energy"))
}

// String fits one line.
func (s Spectrum) String() string {
	half := 1 + slices.IndexFunc(s.energies(), func(e float64) bool { return e >= 0.9 })
	return fmt.Sprintf("Spectrum %s: %d values, %d hold 90%% of the squares", s.Name, len(s.Values), half)
}

// PlotSpectra draws the energy held, in percent, against the number of singular
// values, on a logarithmic axis.
func PlotSpectra(spectra ...Spectrum) (*plot.Plot, error) {
	var lines []chart.Line
	for _, s := range spectra {
		if len(s.Values) == 0 {
			return nil, fmt.Errorf("workbench: plot spectra: %s has no values", s.Name)
		}
		c := chart.Line{Name: s.Name}
		next := 1.0
		for i, e := range s.energies() { // a few points a decade are enough
			if float64(i+1) >= next || i == len(s.Values)-1 {
				c.XYs = append(c.XYs, plotter.XY{X: math.Log10(float64(i + 1)), Y: 100 * e})
				next = float64(i+1) * 1.15
			}
		}
		lines = append(lines, c)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("workbench: plot spectra: there are none")
	}
	p := chart.New("Energy held by the first singular values", "number of singular values", "share of the sum of squares, %")
	if err := chart.AddLines(p, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(p, lines)
	return p, nil
}
