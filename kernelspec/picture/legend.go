package picture

import (
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placeLegend moves a legend that stands where gonum puts it, in the lower right corner, to
// the corner in which it covers least of the lines and points.
func placeLegend(q *plot.Plot, c draw.Canvas) {
	l := &q.Legend
	if asGonum.Load() || l.Top || l.Left || l.XOffs != 0 || l.YOffs != 0 {
		return
	}
	size := l.Rectangle(c).Size()
	if size.X <= 0 {
		return
	}
	data := q.DataCanvas(c)
	places, least := placesOf(q, data), math.MaxInt
	for _, corner := range []struct{ top, left bool }{{false, false}, {true, false}, {true, true}, {false, true}} {
		if n := covered(places, data.Rectangle, size, corner.top, corner.left); n < least {
			least, l.Top, l.Left = n, corner.top, corner.left
		}
	}
}

// placesOf are points on the canvas of what a plot draws, those of a line close together.
func placesOf(q *plot.Plot, c draw.Canvas) (places []vg.Point) {
	x, y := q.Transforms(&c)
	at := func(xy plotter.XY) vg.Point { return vg.Point{X: x(xy.X), Y: y(xy.Y)} }
	const steps = 32 // from one point of a line to the next
	for _, d := range *drawnBy(q) {
		switch d := d.(type) {
		case *plotter.Line:
			for i := 1; i < len(d.XYs); i++ {
				from, to := at(d.XYs[i-1]), at(d.XYs[i])
				for s := range steps + 1 {
					places = append(places, from.Add(to.Sub(from).Scale(vg.Length(s)/steps)))
				}
			}
		case *plotter.Scatter:
			for _, xy := range d.XYs {
				places = append(places, at(xy))
			}
		}
	}
	return places
}

// covered counts the places that something of a size covers in a corner.
func covered(places []vg.Point, all vg.Rectangle, size vg.Point, top, left bool) (n int) {
	gap := vg.Points(4)
	for _, p := range places {
		inX, inY := p.X >= all.Max.X-size.X-gap, p.Y <= all.Min.Y+size.Y+gap
		if left {
			inX = p.X <= all.Min.X+size.X+gap
		}
		if top {
			inY = p.Y >= all.Max.Y-size.Y-gap
		}
		if inX && inY {
			n++
		}
	}
	return n
}

// shortTicks are gonum's, without the zeros in which the decimals of all of them end.
type shortTicks struct{ plot.DefaultTicks }

// Ticks returns the ticks of an axis.
func (s shortTicks) Ticks(low, high float64) []plot.Tick {
	ticks := s.DefaultTicks.Ticks(low, high)
	most := 0 // decimals that one of them needs
	for _, t := range ticks {
		if strings.ContainsAny(t.Label, "eE") {
			return ticks
		}
		_, decimals, _ := strings.Cut(t.Label, ".")
		most = max(most, len(strings.TrimRight(decimals, "0")))
	}
	for i, t := range ticks {
		if whole, decimals, has := strings.Cut(t.Label, "."); has && len(decimals) > most {
			ticks[i].Label = strings.TrimSuffix(whole+"."+decimals[:most], ".")
		}
	}
	return ticks
}
