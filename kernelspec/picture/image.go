package picture

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"image"
	"image/png"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"axn/kernelspec/drawing"
)

const (
	plotWidth, plotHeight = 16 * vg.Centimeter, 10 * vg.Centimeter

	padding = 8 // points

	svgLimit = 100_000 // bytes; larger drawings are shown as pixels
	dpi      = 192     // of pixels: twice what a screen has, to be sharp on any
)

// plotPicture draws a plot as SVG, or as PNG when it has too many lines for that.
// It brings its own background: white, on dark pages black, unless it says otherwise.
func plotPicture(p *plot.Plot, width, height vg.Length) (pic *Picture) {
	defer func() {
		if r := recover(); r != nil {
			pic = failed("plot", fmt.Errorf("%v", r))
		}
	}()
	svg, err := drawing.SVG(width, height, p.BackgroundColor, func(c draw.Canvas) { drawPadded(p, c) })
	if err != nil {
		return failed("plot", err)
	}
	if len(svg) > svgLimit {
		return plotPixels(p, width, height)
	}
	pic = page(SVG, svg, describe(p), pixels(width), pixels(height))
	pic.Data[SVG] = string(svg)
	return pic
}

// Interactive shows a plot that knows its data, by a method VegaLite of the ticks of its
// vertical axis, so that front ends which draw Vega-Lite can be asked for values; the others
// show pixels, and its description.
func Interactive(p *plot.Plot) (*Picture, error) {
	if p == nil {
		return nil, errors.New("there is no plot")
	}
	d, ok := p.Y.Tick.Marker.(interface {
		VegaLite(*plot.Plot) map[string]any
	})
	if !ok {
		return nil, errors.New("the plot does not know its data: only the workbench's plots of lines do")
	}
	spec := d.VegaLite(p)
	if spec == nil {
		return nil, errors.New("the plot does not consist of lines")
	}
	pic := plotPixels(p, plotWidth, plotHeight)
	delete(pic.Data, HTML) // which front ends would prefer
	pic.Data[VegaLite] = spec
	return pic, nil
}

// drawPadded draws a plot with some of its background around it, and a grid beneath it.
func drawPadded(p *plot.Plot, c draw.Canvas) {
	q, grid := styled(p)
	if p.BackgroundColor != nil {
		c.SetColor(p.BackgroundColor)
		c.Fill(c.Rectangle.Path())
		q.BackgroundColor = nil
	}
	inside := draw.Crop(c, padding, -padding, padding, -padding)
	placeLegend(q, inside)
	grid.Plot(q.DataCanvas(inside), q)
	q.Draw(inside)
}

// pixels is a length on the screen, rounded.
func pixels(l vg.Length) int { return int(l.Dots(96) + 0.5) }

func plotPixels(p *plot.Plot, width, height vg.Length) *Picture {
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	drawPadded(p, draw.New(inPieces{canvas}))
	return pngPicture(canvas.Image(), describe(p), pixels(width), pixels(height))
}

// describe says in words what a plot shows, for those who cannot see it: title,
// axes, and what the ticks of the vertical axis know of the data, if they have a
// method Alt.
func describe(p *plot.Plot) string {
	text := axis("y", &p.Y) + " over " + axis("x", &p.X)
	if p.Title.Text != "" {
		text = p.Title.Text + "; " + text
	}
	if d, ok := p.Y.Tick.Marker.(interface{ Alt() string }); ok {
		text += ": " + d.Alt()
	}
	return "plot: " + text
}

// axis names an axis and says from where to where it goes, in the words of its
// ticks where those are not its numbers, as on a logarithmic axis.
func axis(name string, a *plot.Axis) string {
	if a.Label.Text != "" {
		name = a.Label.Text
	}
	low, high := number(a.Min), number(a.Max)
	if a.Tick.Marker != nil && a.Min < a.Max {
		ticks := slices.DeleteFunc(a.Tick.Marker.Ticks(a.Min, a.Max), plot.Tick.IsMinor)
		if n := len(ticks); n > 0 && !labelledByValue(ticks[0]) && !labelledByValue(ticks[n-1]) {
			low, high = ticks[0].Label, ticks[n-1].Label
		}
	}
	return fmt.Sprintf("%s from %s to %s", name, low, high)
}

// labelledByValue reports whether a tick is labelled with its value.
func labelledByValue(t plot.Tick) bool {
	v, err := strconv.ParseFloat(t.Label, 64)
	return err == nil && math.Abs(v-t.Value) <= 1e-3*math.Abs(t.Value)
}

// page shows an image as an element of HTML: only there can it carry a text for
// screen readers, and only there is it shown in notebooks that are not trusted.
func page(mime string, data []byte, alt string, width, height int) *Picture {
	img := fmt.Sprintf(`<img src="data:%s;base64,%s" width="%d" height="%d" alt="%s">`,
		mime, base64.StdEncoding.EncodeToString(data), width, height, html.EscapeString(alt))
	return &Picture{
		Data:     map[string]any{Text: alt, HTML: img},
		Metadata: map[string]any{mime: map[string]any{"width": width, "height": height, "alt": alt}},
	}
}

// imagePicture encodes an image as PNG.
func imagePicture(img image.Image) *Picture {
	size := img.Bounds()
	return pngPicture(img, fmt.Sprintf("image of %d×%d pixels", size.Dx(), size.Dy()), size.Dx(), size.Dy())
}

// pngPicture shows an image at the given size on the screen.
func pngPicture(img image.Image, alt string, width, height int) *Picture {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return failed("image", err)
	}
	pic := page(PNG, b.Bytes(), alt, width, height)
	pic.Data[PNG] = b.Bytes()
	return pic
}
