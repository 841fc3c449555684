package picture

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Those who use a screen reader get headers that say what they head, and pictures
// that say what they show.
func TestAccessible(t *testing.T) {
	frame := dataframe.New(series.New([]string{"a", "b"}, series.String, "system"), series.New([]float64{1, .5}, series.Float, "recall"))
	for name, v := range map[string]any{"frame": frame, "matrix": mat.NewDense(30, 30, nil)} {
		page := htmlOf(t, v)
		heads, scoped := strings.Count(page, "<th"), strings.Count(page, "<th scope=\"")
		if heads-strings.Count(page, "<thead") != scoped || scoped == 0 {
			t.Errorf("%s: %d of its header cells have a scope: %s", name, scoped, page)
		}
	}

	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = `recall@"10"`, "budget (calls)", "recall (%)"
	line, err := plotter.NewLine(plotter.XYs{{X: 100, Y: 42.5}, {X: 500, Y: 87}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(line)
	want := `alt="plot: recall@&#34;10&#34;; recall (%) from 42.5 to 87 over budget (calls) from 100 to 500"`
	if page := htmlOf(t, p); !strings.Contains(page, want) {
		t.Errorf("plot: no %s in %.100s ... %s", want, page, page[max(0, len(page)-200):])
	}
	if page := htmlOf(t, image.NewGray(image.Rect(0, 0, 3, 2))); !strings.Contains(page, `width="3" height="2" alt="image of 3×2 pixels"`) {
		t.Errorf("image: %s", page)
	}
}

func htmlOf(t *testing.T, v any) string {
	t.Helper()
	pic, ok := Of(v)
	if !ok {
		t.Fatalf("%T is not shown", v)
	}
	return fmt.Sprint(pic.Data[HTML])
}

// Texts have the room that they were given, whatever font a browser has for them.
func TestTextsKeepTheirWidth(t *testing.T) {
	p := plot.New()
	p.X.Label.Text = "a long name & a wide one"
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0.5, Label: "half"}}, plot.ConstantTicks{}
	svg := fmt.Sprint(must(Of(p)).Data[SVG])
	if texts, sized := strings.Count(svg, "<text "), strings.Count(svg, "<text textLength="); texts != 2 || sized != 2 {
		t.Errorf("%d of %d texts have a width: %s", sized, texts, svg)
	}
	wide := p.X.Label.TextStyle.Width(p.X.Label.Text).Points()
	if want := fmt.Sprintf(`textLength="%.4g"`, wide); !strings.Contains(svg, want) {
		t.Errorf("no text of %s: %s", want, svg)
	}
}

func must(p *Picture, ok bool) *Picture {
	if !ok {
		panic("the value is not shown")
	}
	return p
}
