package chart

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// spec is what the tests read of a chart.
type spec struct {
	Title, Description string
	Data               struct {
		Values []struct {
			Name      string
			X, Y      float64
			Low, High *float64
		}
	}
	Layer []struct {
		Mark     any
		Encoding struct{ X, Y, Color channelSpec }
		Params   []map[string]any
	}
}

type channelSpec struct {
	Title string
	Scale struct {
		Type          string
		Domain, Range []any
	}
	Axis struct{ Values []float64 }
}

func vegaOf(t *testing.T, p *plot.Plot) (s spec) {
	t.Helper()
	data, err := json.Marshal(p.Y.Tick.Marker.(described).VegaLite(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVegaTellsValuesAndIntervals(t *testing.T) {
	p := New("title", "calls", "recall, %")
	lines := []Line{
		{Name: "calibrated", XYs: plotter.XYs{{X: 4, Y: 50}, {X: 5, Y: 60}}, Intervals: [][2]float64{{48, 52}, {57, 63}}},
		{Name: "AXN", XYs: plotter.XYs{{X: 4, Y: 40}}},
	}
	front := plotter.XYs{{X: 4, Y: 50}, {X: 5, Y: 60}}
	if err := AddLines(p, lines, Backdrop{front, vg.Points(8)}); err != nil {
		t.Fatal(err)
	}
	DecadeAxis(p, lines)
	p.Title.Text = "set later"
	s := vegaOf(t, p)
	if s.Title != "set later" || s.Description == "" {
		t.Errorf("title %q, description %q", s.Title, s.Description)
	}
	if v := s.Data.Values; len(v) != 3 || v[0].X != 10_000 || v[1].X != 100_000 || v[0].Y != 50 || v[0].Low == nil || *v[0].Low != 48 || *v[1].High != 63 || v[2].Low != nil {
		t.Errorf("values are %+v", v)
	}
	points := s.Layer[len(s.Layer)-1]
	x := points.Encoding.X
	if x.Title != "calls" || x.Scale.Type != "log" || x.Scale.Domain[0] != 10_000.0 || len(x.Axis.Values) < 3 {
		t.Errorf("the horizontal axis is %+v", x)
	}
	if y := points.Encoding.Y; y.Scale.Domain[0] != 40.0 || y.Scale.Domain[1] != 63.0 {
		t.Errorf("the vertical axis has no room for the intervals: %+v", y)
	}
	if c := points.Encoding.Color.Scale; len(c.Domain) != 2 || c.Range[0] != "#3d6aea" || c.Domain[1] != "AXN" {
		t.Errorf("colours are %+v", c)
	}
	if len(points.Params) != 1 || len(s.Layer) != 4 {
		t.Errorf("%d layers, chosen by %v", len(s.Layer), points.Params)
	}
}

func TestVegaOfPlotsWithoutLines(t *testing.T) {
	p := New("", "x", "y")
	Describe(p, "no lines")
	if v := p.Y.Tick.Marker.(described).VegaLite(p); v != nil {
		t.Errorf("got %v", v)
	}
	if err := AddLines(p, []Line{{Name: "AXN", XYs: plotter.XYs{{X: 100, Y: 40}, {X: 500, Y: math.Pi}}}}); err != nil {
		t.Fatal(err)
	}
	s := vegaOf(t, p)
	if x := s.Layer[0].Encoding.X; x.Scale.Type != "" || s.Data.Values[1].X != 500 || len(s.Layer) != 2 {
		t.Errorf("an axis of plain numbers is %+v, with %d layers", x, len(s.Layer))
	}
}
