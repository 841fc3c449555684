// gonum/plot draws data of own types through its interfaces, and own plotters.
package main

import (
	"bytes"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

type reading struct{ t, v, low, high float64 }
type series []reading

func (s series) Len() int                        { return len(s) }
func (s series) XY(i int) (x, y float64)         { return s[i].t, s[i].v }
func (s series) YError(i int) (float64, float64) { return s[i].low, s[i].high }
func (s series) Label(i int) string              { return fmt.Sprint("p", i) }

type band struct {
	lo, hi float64
	drawn  *bool
}

func (b band) Plot(c draw.Canvas, p *plot.Plot)            { *b.drawn = true }
func (b band) DataRange() (xmin, xmax, ymin, ymax float64) { return 0, 1, b.lo, b.hi }

type ticks struct{}

func (ticks) Ticks(min, max float64) []plot.Tick {
	return []plot.Tick{{Value: min, Label: "lo"}, {Value: max, Label: "hi"}}
}

func main() {
	s := series{{0, 1, .1, .2}, {1, 3, .3, .1}, {2, 2, .1, .1}}
	p := plot.New()
	p.Title.Text = "own types"
	l, err := plotter.NewLine(s)
	fmt.Println(err, l.XYs)
	sc, err := plotter.NewScatter(s)
	fmt.Println(err, len(sc.XYs))
	eb, err := plotter.NewYErrorBars(s)
	fmt.Println(err, eb.YErrors[0])
	lb, err := plotter.NewLabels(s)
	fmt.Println(err, lb.Labels)
	drawn := false
	p.Add(l, sc, eb, band{-5, 5, &drawn})
	p.Y.Tick.Marker = ticks{}
	fmt.Println(p.X.Min, p.X.Max, p.Y.Min, p.Y.Max)
	w, err := p.WriterTo(200, 100, "svg")
	var b bytes.Buffer
	n, err2 := w.WriteTo(&b)
	fmt.Println(n > 500, err, err2, strings.Contains(b.String(), "own types"), drawn)
	_, err = plotter.NewLine(series{})
	fmt.Println(err)
	fn := plotter.NewFunction(func(x float64) float64 { return x * x })
	fmt.Println(fn.F(3), vg.Inch.Points(), vg.Points(2))
	v := plotter.Values{1, 2, 2, 3}
	h, err := plotter.NewHist(v, 3)
	fmt.Println(len(h.Bins), h.Bins[1].Weight, err)
}
