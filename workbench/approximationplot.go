package workbench

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"axn/workbench/internal/chart"
)

// PlotErrors draws the root mean square error of approximate scores against the
// exact rank, on a logarithmic axis, once the scores of round rounds were known:
// one line per search, or several rounds of one when given several times.
func PlotErrors(round int, as ...*Approximation) (*plot.Plot, error) {
	var curves []chart.Curve
	for _, a := range as {
		if round < 0 || round >= len(a.Rounds) {
			return nil, fmt.Errorf("workbench: plot errors: %s has rounds 0 to %d, not %d", a.Name, len(a.Rounds)-1, round)
		}
		c := chart.Curve{Name: a.Name}
		below := 0
		for i, s := range a.errorsByRound()[round].rank {
			if s.n > 0 {
				edge := min(rankEdges[i], a.Exact.Cols)
				c.XYs = append(c.XYs, plotter.XY{X: (math.Log10(float64(below+1)) + math.Log10(float64(edge))) / 2, Y: s.rmse()})
				below = edge
			}
		}
		curves = append(curves, c)
	}
	if len(curves) == 0 || len(curves[0].XYs) == 0 {
		return nil, fmt.Errorf("workbench: plot errors: there are no searches")
	}
	p := chart.New(fmt.Sprintf("Error of approximate scores after %d rounds", round), "rank of the item by the cross-encoder", "root mean square error, logits")
	p.Y.Min = 0
	if err := chart.AddCurves(p, curves); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(p, curves)
	return p, nil
}

// PlotCalibration draws mean exact against mean approximate scores of the items not
// observed when the scores of round rounds were known, one line per search. On
// the grey diagonal scores are what they say.
func PlotCalibration(round int, as ...*Approximation) (*plot.Plot, error) {
	var curves []chart.Curve
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range as {
		if round < 0 || round >= len(a.Rounds) {
			return nil, fmt.Errorf("workbench: plot calibration: %s has rounds 0 to %d, not %d", a.Name, len(a.Rounds)-1, round)
		}
		c := chart.Curve{Name: a.Name}
		for _, b := range a.calibration(round) {
			c.XYs = append(c.XYs, plotter.XY{X: b.approx, Y: b.exact})
			low, high = min(low, b.exact), max(high, b.exact)
		}
		if len(c.XYs) > 0 {
			curves = append(curves, c)
		}
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("workbench: plot calibration: no item was left unobserved")
	}
	p := chart.New(fmt.Sprintf("What approximate scores are worth after %d rounds", round), "mean approximate score, logits", "mean cross-encoder score, logits")
	diagonal, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
	if err != nil {
		return nil, fmt.Errorf("workbench: plot calibration: %w", err)
	}
	diagonal.Color, diagonal.Width = chart.Grey, vg.Points(1)
	p.Add(diagonal)
	if err := chart.AddCurves(p, curves); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	return p, nil
}
