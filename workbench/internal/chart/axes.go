package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// DecadeAxis labels the powers of ten, and their doubles and fives where there is
// room, for lines whose X are decimal logarithms; the axis begins at a tick.
func DecadeAxis(p *plot.Plot, lines []Line) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range lines {
		low, high = min(low, c.XYs[0].X), max(high, c.XYs[len(c.XYs)-1].X)
	}
	decadeTicks(&p.X, low, high)
}

// DecadeAxisY is DecadeAxis for lines whose Y are decimal logarithms.
func DecadeAxisY(p *plot.Plot, lines []Line) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range lines {
		for _, xy := range c.XYs {
			low, high = min(low, xy.Y), max(high, xy.Y)
		}
	}
	decadeTicks(&p.Y, low, high)
}

func decadeTicks(a *plot.Axis, low, high float64) {
	var ticks plot.ConstantTicks
	for decade := math.Floor(low); decade <= high; decade++ {
		for _, step := range []float64{1, 2, 5} {
			t := plot.Tick{Value: decade + math.Log10(step)}
			if high-low < 3 || step == 1 {
				if v := step * math.Pow(10, decade); v < 1 {
					t.Label = strconv.FormatFloat(v, 'g', 1, 64)
				} else {
					t.Label = Short(int(math.Round(v)))
				}
			}
			if t.Value <= low {
				a.Min = t.Value
			}
			if t.Value <= high {
				ticks = append(ticks, t)
			}
		}
	}
	a.Tick.Marker = decades{ticks}
}

// BudgetTicks puts a tick at every budget measured, leaving out those too close
// to the one before.
func BudgetTicks(lines []Line) plot.ConstantTicks {
	var at []float64
	for _, c := range lines {
		for _, xy := range c.XYs {
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

// LevelFree draws what costs nothing, at log 0, from the least cost to the
// greatest of the others.
func LevelFree(lines []Line) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range lines {
		for _, xy := range c.XYs {
			if !math.IsInf(xy.X, -1) {
				low, high = min(low, xy.X), max(high, xy.X)
			}
		}
	}
	if low > high {
		low, high = 0, 1
	}
	for i, c := range lines {
		if math.IsInf(c.XYs[0].X, -1) {
			y := c.XYs[0].Y
			lines[i].XYs = plotter.XYs{{X: low, Y: y}, {X: high, Y: y}}
			if c.Intervals != nil {
				lines[i].Intervals = [][2]float64{c.Intervals[0], c.Intervals[0]}
			}
		}
	}
}

// ParetoFront lists, from left to right, the points that no other beats in both
// coordinates, as steps.
func ParetoFront(lines []Line) plotter.XYs {
	var all plotter.XYs
	for _, c := range lines {
		all = append(all, c.XYs...)
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

// Short writes a count as papers do: 950, 50k, 1.4M.
func Short(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(math.Round(float64(n)/1e5)/10, 'f', -1, 64) + "M"
	case n >= 1000:
		return strconv.FormatFloat(math.Round(float64(n)/100)/10, 'f', -1, 64) + "k"
	}
	return strconv.Itoa(n)
}
