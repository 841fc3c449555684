package picture

import (
	"image/color"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// ordinary returns a plot as a notebook's user makes it, without a word on how it looks.
func ordinary(t *testing.T) *plot.Plot {
	t.Helper()
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = "ordinary", "time", "size"
	if err := plotutil.AddLinePoints(p, "one", plotter.XYs{{X: 0, Y: 1}, {X: 3, Y: 2}}, "two", plotter.XYs{{X: 0, Y: 2}, {X: 3, Y: 5}}); err != nil {
		t.Fatal(err)
	}
	return p
}

func drawn(t *testing.T, p *plot.Plot) string {
	t.Helper()
	svg, ok := plotPicture(p, plotWidth, plotHeight).Data[SVG].(string)
	if !ok {
		t.Fatal("no drawing")
	}
	_, svg, _ = strings.Cut(svg, "</style>")
	return svg
}

func TestPlotsHaveTheLookOfTheNotebook(t *testing.T) {
	p := ordinary(t)
	before := *p
	svg := drawn(t, p)
	for what, colour := range map[string]string{"the first line in blue": "#3D6AEA", "the second in vermilion": "#E00622", "a grid": "#E0E0E0", "grey axes": "#909090"} {
		if !strings.Contains(svg, colour) {
			t.Errorf("there is not %s", what)
		}
	}
	if p.X.LineStyle.Color != before.X.LineStyle.Color || p.BackgroundColor != before.BackgroundColor || p.Title.Padding != before.Title.Padding {
		t.Error("the plot itself was changed")
	}
	if s, ok := plotutil.Shape(0).(draw.CircleGlyph); !ok {
		t.Errorf("the first marker is a %T, not filled", s)
	}
}

func TestWhatAPlotSetsStays(t *testing.T) {
	p := ordinary(t)
	p.X.LineStyle.Color = color.RGBA{0x12, 0x34, 0x56, 0xff}
	p.Y.LineStyle.Width = vg.Points(2)
	svg := drawn(t, p)
	if !strings.Contains(svg, "#123456") || strings.Contains(svg, "#909090") || strings.Contains(svg, "#E0E0E0") {
		t.Error("axes that the plot sets were changed")
	}
}

// A legend does not cover the lines where another corner is free, and stays where a plot puts it.
func TestLegends(t *testing.T) {
	for _, c := range []struct {
		name      string
		lines     []plotter.XYs
		set       func(p *plot.Plot)
		top, left bool
	}{
		{"nothing below on the right", []plotter.XYs{{{X: 0, Y: 5}, {X: 9, Y: 5}}, {{X: 0, Y: 0}, {X: 1, Y: 0}}}, nil, false, false},
		{"a fall", []plotter.XYs{{{X: 0, Y: 9}, {X: 9, Y: 0}}}, nil, true, false},
		{"a rise beside a level line", []plotter.XYs{{{X: 0, Y: 0}, {X: 9, Y: 9}}, {{X: 0, Y: 0}, {X: 9, Y: 0}}}, nil, true, true},
		{"where the plot says", []plotter.XYs{{{X: 0, Y: 9}, {X: 9, Y: 0}}}, func(p *plot.Plot) { p.Legend.Left, p.Legend.XOffs = true, 1 }, false, true},
	} {
		p := plot.New()
		for i, xys := range c.lines {
			if err := plotutil.AddLinePoints(p, "a line "+string(rune('a'+i)), xys); err != nil {
				t.Fatal(err)
			}
		}
		if c.set != nil {
			c.set(p)
		}
		q, _ := styled(p)
		placeLegend(q, draw.NewCanvas(vgsvg.New(plotWidth, plotHeight), plotWidth, plotHeight))
		if q.Legend.Top != c.top || q.Legend.Left != c.left {
			t.Errorf("%s: top %v, left %v", c.name, q.Legend.Top, q.Legend.Left)
		}
	}
}

func TestShortTicks(t *testing.T) {
	for want, ends := range map[string][2]float64{"25 50 75": {18, 78}, "0.0 2.5 5.0": {0, 5}, "0.0 0.2 0.4": {0, 0.4}, "0 5e+08 1e+09": {0, 1e9}} {
		var labels []string
		for _, tick := range (shortTicks{}).Ticks(ends[0], ends[1]) {
			if !tick.IsMinor() {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("from %v: %s, want %s", ends, got, want)
		}
	}
}

func TestPlainPlots(t *testing.T) {
	AsGonum(true)
	defer AsGonum(false)
	svg := drawn(t, ordinary(t))
	for _, colour := range []string{"#3D6AEA", "#E0E0E0", "#909090"} {
		if strings.Contains(svg, colour) {
			t.Errorf("drawn with %s", colour)
		}
	}
	if !strings.Contains(svg, "#F15A60") {
		t.Error("drawn without gonum's first colour")
	}
}

func TestBars(t *testing.T) {
	p := plot.New()
	hist, err := plotter.NewHist(plotter.Values{1, 2, 2, 3}, 3)
	if err != nil {
		t.Fatal(err)
	}
	bars, err := plotter.NewBarChart(plotter.Values{1, 2}, vg.Points(10))
	if err != nil {
		t.Fatal(err)
	}
	p.Add(hist, bars)
	if svg := drawn(t, p); strings.Count(svg, "fill:#3D6AEA") != 5 {
		t.Errorf("%d bars are blue", strings.Count(svg, "fill:#3D6AEA"))
	}
	if hist.FillColor != (color.Gray{128}) || bars.Color != color.Black {
		t.Error("what the plot draws was changed")
	}
	hist.FillColor, bars.Color = color.RGBA{0x12, 0x34, 0x56, 0xff}, color.RGBA{0x12, 0x34, 0x56, 0xff}
	if svg := drawn(t, p); strings.Count(svg, "fill:#123456") != 5 || strings.Contains(svg, "fill:#3D6AEA") {
		t.Error("bars of a colour of their own lost it")
	}
}
