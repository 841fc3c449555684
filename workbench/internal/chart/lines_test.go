package chart

import (
	"image/color"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

func linesNamed(names ...string) (lines []Line) {
	for i, n := range names {
		lines = append(lines, Line{Name: n, XYs: plotter.XYs{{X: 1, Y: float64(i)}, {X: 2, Y: float64(2 * i)}}})
	}
	return lines
}

// A system has its colour in whatever company and order.
func TestStrokesKeepASystemsColour(t *testing.T) {
	want := map[string]color.Color{"retrieve and rerank": Palette.Grey, "AXN": Palette.Orange, "AXN, MF_Trns": Palette.Vermilion,
		"AXN, MF_Ind": Palette.Purple, "ANNCUR": Palette.Sky, "ADACUR": Palette.Green, "calibrated": Palette.Blue, "exact scores": Palette.Black,
		"residual": Palette.Black}
	for _, names := range [][]string{
		{"retrieve and rerank", "AXN", "AXN, MF_Trns", "AXN, MF_Ind", "ANNCUR", "ADACUR", "calibrated", "exact scores"},
		{"exact scores", "calibrated", "AXN"}, {"residual", "AXN"}, {"ADACUR", "calibrated without calls", "calibrated"},
	} {
		for i, style := range strokes(linesNamed(names...)) {
			if c, ok := want[names[i]]; ok && style.Color != c {
				t.Errorf("%s among %q is %v, not %v", names[i], names, style.Color, c)
			}
		}
	}
}

// Lines of one family differ in shade and glyph.
func TestStrokesTellAFamilyApart(t *testing.T) {
	styles := strokes(linesNamed("calibrated, 10k", "calibrated, 50k", "AXN", "calibrated, 1.4M"))
	for i, a := range styles {
		for j, b := range styles[:i] {
			if a.Color == b.Color || i != 2 && j != 2 && a.Shape == b.Shape {
				t.Errorf("lines %d and %d look alike: %v %v", j, i, a, b)
			}
		}
	}
	if styles[3].Color != Palette.Blue {
		t.Errorf("the last is %v", styles[3].Color)
	}
}

func TestSpread(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		heights := make([]vg.Length, 1+rng.IntN(9))
		for i := range heights {
			heights[i] = vg.Length(200 * rng.Float64())
		}
		slices.Sort(heights)
		order := rng.Perm(len(heights))
		slices.Sort(order)
		before := slices.Clone(heights)
		spread(order, heights, 0, 200)
		for i, h := range heights {
			if h < -1e-9 || h > 200+1e-9 || i > 0 && h-heights[i-1] < labelHeight-1e-9 {
				t.Fatalf("seed %d: %v became %v", seed, before, heights)
			}
		}
	}
	alone := []vg.Length{50, 100}
	if spread([]int{0, 1}, alone, 0, 200); alone[0] != 50 || alone[1] != 100 {
		t.Errorf("labels with room moved to %v", alone)
	}
}

func TestPlainTicks(t *testing.T) {
	for want, r := range map[string][2]float64{
		"20 40 60 80": {13, 83}, "0 1 2 3 4 5": {0, 5.04}, "-9 -8 -7 -6": {-9.2, -5.6}, "90 92 94 96 98 100": {90, 100}, "-0.2 0 0.2": {-.3, .35},
	} {
		var labels []string
		for _, tick := range (plainTicks{}).Ticks(r[0], r[1]) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("%v: %s, want %s", r, got, want)
		}
	}
}

// The vertical axis knows the data in words, for notebooks' alternative texts.
func TestPlotsDescribeTheirLines(t *testing.T) {
	p := New("t", "x", "y")
	if err := AddLines(p, linesNamed("AXN", "calibrated")); err != nil {
		t.Fatal(err)
	}
	d, ok := p.Y.Tick.Marker.(interface{ Alt() string })
	if want := "AXN at 0; calibrated from 1 to 2"; !ok || d.Alt() != want {
		t.Errorf("%T says %v", p.Y.Tick.Marker, d)
	}
	var _ plot.GlyphBoxer = endLabels{}
}

// The front steps up where a line beats all that cost less.
func TestParetoFront(t *testing.T) {
	front := ParetoFront([]Line{{XYs: plotter.XYs{{X: 1, Y: 5}, {X: 2, Y: 4}, {X: 4, Y: 9}}}, {XYs: plotter.XYs{{X: 1, Y: 3}, {X: 3, Y: 6}}}})
	if want := (plotter.XYs{{X: 1, Y: 5}, {X: 3, Y: 5}, {X: 3, Y: 6}, {X: 4, Y: 6}, {X: 4, Y: 9}, {X: 4, Y: 9}}); !slices.Equal(front, want) {
		t.Errorf("front %v, want %v", front, want)
	}
}
