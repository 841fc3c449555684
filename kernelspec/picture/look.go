package picture

import (
	"image/color"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"axn/kernelspec/drawing"
)

// asGonum is set where plots are left as gonum draws them.
var asGonum atomic.Bool

// defaults are gonum's settings for what is drawn next.
type defaults struct {
	line, grid draw.LineStyle
	glyph      draw.GlyphStyle
	colors     []color.Color
	shapes     []draw.GlyphDrawer
}

// gonums are the defaults that gonum comes with, ours those of plots in cells: colours that the
// colour-blind tell apart and that show on light and dark pages, as the workbench's own plots
// have them, and filled markers.
var (
	gonums = defaults{plotter.DefaultLineStyle, plotter.DefaultGridLineStyle, plotter.DefaultGlyphStyle, plotutil.DefaultColors, plotutil.DefaultGlyphShapes}
	ours   = defaults{
		line:  draw.LineStyle{Color: blue, Width: vg.Points(1.5)},
		grid:  draw.LineStyle{Color: color.Gray{0xe0}, Width: vg.Points(0.5)},
		glyph: draw.GlyphStyle{Color: blue, Radius: vg.Points(3), Shape: draw.CircleGlyph{}},
		colors: []color.Color{
			blue, drawing.Palette.Vermilion, drawing.Palette.Green, drawing.Palette.Orange,
			drawing.Palette.Purple, drawing.Palette.Sky, drawing.Palette.Black,
		},
		shapes: []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}},
	}
	blue = drawing.Palette.Blue
)

// Plots in cells are written in a sans serif, as the page around them.
func init() {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	plotter.DefaultFont = plot.DefaultFont
	ours.use()
}

// AsGonum says whether plots are left as gonum draws them from now on.
func AsGonum(on bool) {
	asGonum.Store(on)
	if on {
		gonums.use()
	} else {
		ours.use()
	}
}

func (d defaults) use() {
	plotter.DefaultLineStyle, plotter.DefaultGridLineStyle, plotter.DefaultGlyphStyle = d.line, d.grid, d.glyph
	plotutil.DefaultColors, plotutil.DefaultGlyphShapes = slices.Clone(d.colors), slices.Clone(d.shapes)
}

// styled returns a plot as it is drawn and the grid to draw beneath it: what is still as
// plot.New made it gets the look of the notebook, what a cell has set stays. The plot itself
// does not change.
func styled(p *plot.Plot) (*plot.Plot, *plotter.Grid) {
	q, grid := *p, &plotter.Grid{}
	if asGonum.Load() {
		return &q, grid
	}
	fresh := plot.New()
	if q.Title.Padding == fresh.Title.Padding {
		q.Title.Padding = vg.Points(8)
	}
	refill(&q)
	if soften(&q.X, &fresh.X) {
		grid.Vertical = ours.grid
	}
	if soften(&q.Y, &fresh.Y) {
		grid.Horizontal = ours.grid
	}
	return &q, grid
}

// soften draws an axis in grey, with short ticks, short labels and a gap before its name, and reports
// whether it did: an axis whose lines were changed stays as it is.
func soften(a, fresh *plot.Axis) bool {
	if !reflect.DeepEqual(a.LineStyle, fresh.LineStyle) || !reflect.DeepEqual(a.Tick.LineStyle, fresh.Tick.LineStyle) || a.Tick.Length != fresh.Tick.Length {
		return false
	}
	a.LineStyle.Color, a.Tick.LineStyle.Color = color.Gray{0x90}, color.Gray{0x90}
	a.Tick.Length = vg.Points(4)
	if a.Tick.Marker == (plot.DefaultTicks{}) {
		a.Tick.Marker = shortTicks{}
	}
	if a.Label.Padding == fresh.Label.Padding {
		a.Label.Padding = vg.Points(4)
	}
	return true
}

// drawnBy is what a plot draws, which gonum keeps to itself.
func drawnBy(q *plot.Plot) *[]plot.Plotter {
	f := reflect.ValueOf(q).Elem().FieldByName("plotters")
	return (*[]plot.Plotter)(unsafe.Pointer(f.UnsafeAddr()))
}

// refill draws the bars of a plot that have gonum's grey and black in blue, parted by white.
func refill(q *plot.Plot) {
	drawn := drawnBy(q)
	*drawn = slices.Clone(*drawn)
	parted := draw.LineStyle{Color: color.White, Width: vg.Points(0.5)}
	for i, d := range *drawn {
		switch d := d.(type) {
		case *plotter.Histogram:
			if h := *d; h.FillColor == (color.Gray{128}) && reflect.DeepEqual(h.LineStyle, ours.line) {
				h.FillColor, h.LineStyle = blue, parted
				(*drawn)[i] = &h
			}
		case *plotter.BarChart:
			if b := *d; b.Color == color.Black && reflect.DeepEqual(b.LineStyle, ours.line) {
				b.Color, b.LineStyle = blue, parted
				(*drawn)[i] = &b
			}
		}
	}
}
