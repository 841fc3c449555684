package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// jagged returns a plot of one line that goes up and down n times.
func jagged(t testing.TB, n int) *plot.Plot {
	t.Helper()
	pts := make(plotter.XYs, n)
	for i := range pts {
		pts[i] = plotter.XY{X: float64(i), Y: float64(i * i % 97)}
	}
	l, err := plotter.NewLine(pts)
	if err != nil {
		t.Fatal(err)
	}
	p := plot.New()
	p.Add(l)
	return p
}

func TestFrameTable(t *testing.T) {
	df := dataframe.New(
		series.New([]string{"a<b", strings.Repeat("long ", 40)}, series.String, "text"),
		series.New([]float64{1.0 / 3, 1e12}, series.Float, "x"),
		series.New([]bool{true, false}, series.Bool, "is_<ok>"),
	)
	p, ok := Of(df)
	if !ok {
		t.Fatal("a frame is not known")
	}
	html, text := p.Data[HTML].(string), p.Data[Text].(string)
	for _, part := range []string{"a&lt;b", "0.333333", "1e+12", "…", "text-align:right", "is_<wbr>&lt;ok&gt;", "bool", "2 rows × 3 columns"} {
		if !strings.Contains(html, part) {
			t.Errorf("HTML lacks %q: %s", part, html)
		}
	}
	if strings.Contains(html, "color:#") {
		t.Error("the table brings colours of its own")
	}
	if lines := strings.Split(text, "\n"); len(lines) != 5 || !strings.Contains(lines[0], "text") {
		t.Errorf("text is\n%s", text)
	}
	if p, ok := Of(df.Select("nothing")); !ok || !strings.Contains(p.Data[Text].(string), "error") {
		t.Error("a frame with an error shows none")
	}
	if p, _ := Of(dataframe.New(series.New([]int{}, series.Int, "n"))); !strings.Contains(p.Data[Text].(string), "0 rows") {
		t.Errorf("an empty frame shows %v", p.Data[Text])
	}
}

func TestWideAndLong(t *testing.T) {
	p, _ := Of(mat.NewDense(100, 50, nil))
	if html := p.Data[HTML].(string); strings.Count(html, "<tr>") != 17 || strings.Count(html, "…") != 16 {
		t.Errorf("%d rows, %d gaps", strings.Count(html, "<tr>"), strings.Count(html, "…"))
	}
	for n, want := range map[int]int{0: 0, 1: 1, 16: 16, 17: 15} {
		if shown, gap := span(n, 10, 5); len(shown) != want || (gap >= 0) != (n > 16) {
			t.Errorf("%d of %d are shown, gap %d", len(shown), n, gap)
		}
	}
}

// Many points are drawn in time, and as they are in one piece.
func TestPlots(t *testing.T) {
	small := plotPicture(jagged(t, 20), plotWidth, plotHeight)
	if svg, _ := small.Data[SVG].(string); !strings.Contains(svg, "<svg") || small.Data[PNG] != nil {
		t.Errorf("a small plot is %v", small.Data)
	}
	before := time.Now()
	large := plotPicture(jagged(t, 20_000), plotWidth, plotHeight)
	if d := time.Since(before); d > time.Minute {
		t.Errorf("20,000 points took %v", d)
	}
	raw, _ := large.Data[PNG].([]byte)
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	size, _ := large.Metadata[PNG].(map[string]any)
	if abs(size["width"], img.Bounds().Dx()) > 1 || abs(size["height"], img.Bounds().Dy()) > 1 {
		t.Errorf("shown as %v of %v", size, img.Bounds())
	}
	p := jagged(t, 100)
	whole := vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(96))
	p.Draw(draw.New(whole))
	pieces := vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(96))
	p.Draw(draw.New(inPieces{pieces}))
	if d := difference(whole.Image(), pieces.Image()); d > 0.002 {
		t.Errorf("in pieces, %.4f of the picture differs", d)
	}
}

// abs is the difference of half of pixels from a shown size.
func abs(shown any, pixels int) int {
	d := shown.(int) - pixels/2
	return max(d, -d)
}

// difference is the mean difference of two pictures, 1 from black to white.
func difference(a, b image.Image) float64 {
	sum, n := 0.0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray), color.GrayModel.Convert(b.At(x, y)).(color.Gray)
			sum += max(float64(p.Y)-float64(q.Y), float64(q.Y)-float64(p.Y)) / 255
			n++
		}
	}
	return sum / float64(n)
}
