package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	plotWidth, plotHeight = 16 * vg.Centimeter, 10 * vg.Centimeter

	svgLimit = 100_000 // bytes; larger drawings are shown as pixels
	dpi      = 192     // of pixels: twice what a screen has, to be sharp on any
)

// plotPicture draws a plot as SVG, or as PNG when it has too many lines for that.
// Its own background, white unless the plot says otherwise, makes it readable on
// dark pages.
func plotPicture(p *plot.Plot, width, height vg.Length) (pic *Picture) {
	defer func() {
		if r := recover(); r != nil {
			pic = failed("plot", fmt.Errorf("%v", r))
		}
	}()
	text := "plot"
	if p.Title.Text != "" {
		text = "plot: " + p.Title.Text
	}
	canvas := vgsvg.New(width, height)
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return failed("plot", err)
	}
	if b.Len() <= svgLimit {
		return &Picture{Data: map[string]any{Text: text, SVG: b.String()}}
	}
	return plotPixels(p, width, height, text)
}

func plotPixels(p *plot.Plot, width, height vg.Length, text string) *Picture {
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	p.Draw(draw.New(canvas))
	pic := imagePicture(canvas.Image())
	pic.Data[Text] = text
	size := canvas.Image().Bounds()
	pic.Metadata = map[string]any{PNG: map[string]any{"width": size.Dx() / 2, "height": size.Dy() / 2}}
	return pic
}

// imagePicture encodes an image as PNG.
func imagePicture(img image.Image) *Picture {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return failed("image", err)
	}
	size := img.Bounds()
	return &Picture{Data: map[string]any{Text: fmt.Sprintf("image of %d×%d pixels", size.Dx(), size.Dy()), PNG: b.Bytes()}}
}
