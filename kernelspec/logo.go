package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
)

// logos draws the pictures that Jupyter shows for the kernel: the nearest of some
// points around a query, ringed.
func logos() map[string][]byte {
	files := map[string][]byte{"logo-svg.svg": []byte(logoSVG())}
	for _, size := range []int{32, 64} {
		var b bytes.Buffer
		png.Encode(&b, logo(size))
		files[fmt.Sprintf("logo-%dx%d.png", size, size)] = b.Bytes()
	}
	return files
}

var (
	logoBlue  = color.RGBA{0x00, 0x7d, 0x9c, 0xff}
	logoCoral = color.RGBA{0xce, 0x32, 0x62, 0xff}
)

// dot is a filled circle in a square of side 1; a ring if it has an inner radius.
type dot struct {
	x, y, r, inner float64
	c              color.RGBA
}

var logoDots = []dot{
	{.5, .5, .44, .38, logoBlue}, {.5, .5, .1, 0, logoCoral},
	{.32, .36, .07, 0, logoBlue}, {.66, .3, .07, 0, logoBlue}, {.7, .62, .07, 0, logoBlue}, {.36, .7, .07, 0, logoBlue},
}

func logo(size int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	const sub = 4 // points per pixel and direction
	for y := range size {
		for x := range size {
			var r, g, b, a float64
			for i := range sub * sub {
				px := (float64(x) + (float64(i%sub)+.5)/sub) / float64(size)
				py := (float64(y) + (float64(i/sub)+.5)/sub) / float64(size)
				if c, ok := logoAt(px, py); ok {
					r, g, b, a = r+float64(c.R), g+float64(c.G), b+float64(c.B), a+255
				}
			}
			n := float64(sub * sub)
			img.SetRGBA(x, y, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(a / n)})
		}
	}
	return img
}

func logoAt(x, y float64) (color.RGBA, bool) {
	for _, d := range logoDots {
		if dist := math.Hypot(x-d.x, y-d.y); dist <= d.r && dist >= d.inner {
			return d.c, true
		}
	}
	return color.RGBA{}, false
}

func logoSVG() string {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">`)
	for _, d := range logoDots {
		c := fmt.Sprintf("#%02x%02x%02x", d.c.R, d.c.G, d.c.B)
		if d.inner > 0 {
			fmt.Fprintf(&b, `<circle cx="%g" cy="%g" r="%g" fill="none" stroke="%s" stroke-width="%g"/>`, 100*d.x, 100*d.y, 50*(d.r+d.inner), c, 100*(d.r-d.inner))
			continue
		}
		fmt.Fprintf(&b, `<circle cx="%g" cy="%g" r="%g" fill="%s"/>`, 100*d.x, 100*d.y, 100*d.r, c)
	}
	return b.String() + "</svg>\n"
}
