package workbench

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is Okabe and Ito's, told apart by the colour-blind; the order puts the
// strongest first and leaves out yellow, which is lost on white.
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x55, 0x55, 0x55, 0xff},
}

// grey is for what stands behind the data.
var grey = color.Gray{0xc8}

// newPlot returns an empty plot in the house style: light grid, no frame,
// readable at notebook width.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(8)
	p.X.Tick.Marker, p.Y.Tick.Marker = plainTicks{}, plainTicks{}
	grid := plotter.NewGrid()
	grid.Vertical.Color = color.RGBA{}
	grid.Horizontal.Color = color.Gray{0xe0}
	p.Add(grid)
	return p
}

// plainTicks are gonum's, labelled without needless zeros.
type plainTicks struct{}

// Ticks returns the ticks between min and max.
func (plainTicks) Ticks(min, max float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(min, max)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = strconv.FormatFloat(t.Value, 'g', 4, 64)
		}
	}
	return ticks
}

// curve is one named line of a plot.
type curve struct {
	name string
	xys  plotter.XYs
}

// addCurves draws curves with points and writes each name at its line's end, so
// that no legend covers the data.
func addCurves(p *plot.Plot, curves []curve) error {
	for i, c := range curves {
		line, points, err := plotter.NewLinePoints(c.xys)
		if err != nil {
			return fmt.Errorf("workbench: plot %s: %w", c.name, err)
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(2)
		points.Color, points.Shape, points.Radius = line.Color, draw.CircleGlyph{}, vg.Points(2.5)
		p.Add(line, points)
	}
	return addEndLabels(p, curves)
}

// addEndLabels writes the curves' names to the right of their last points, moved
// apart where they would overlap, and makes room for them.
func addEndLabels(p *plot.Plot, curves []curve) error {
	order := make([]int, len(curves))
	for i := range order {
		order[i] = i
	}
	last := func(i int) plotter.XY { return curves[i].xys[len(curves[i].xys)-1] }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(last(a).Y, last(b).Y) })
	apart := (p.Y.Max - p.Y.Min) / 16
	longest, below := 0, 0.0
	for n, i := range order {
		at := last(i)
		if n > 0 {
			at.Y = max(at.Y, below+apart)
		}
		below = at.Y
		labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{at}, Labels: []string{curves[i].name}})
		if err != nil {
			return fmt.Errorf("workbench: plot %s: %w", curves[i].name, err)
		}
		labels.TextStyle[0].Color = palette[i%len(palette)]
		labels.TextStyle[0].YAlign = text.YCenter
		labels.Offset.X = vg.Points(6)
		p.Add(labels)
		longest = max(longest, len(curves[i].name))
	}
	p.X.Max += (p.X.Max - p.X.Min) * float64(longest) / 45
	p.Y.Max = max(p.Y.Max, below)
	return nil
}
