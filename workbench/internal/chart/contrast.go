package chart

import (
	"image/color"
	"math"
)

// Pages are white, or as dark as JupyterLab's are. What a plot draws must be seen on both:
// WCAG 2.1, criterion 1.4.11, asks of graphics a contrast of 3.
var (
	lightPage = color.RGBA{0xff, 0xff, 0xff, 0xff}
	darkPage  = color.RGBA{0x11, 0x11, 0x11, 0xff}
)

const leastContrast = 3

// contrast is that of two colours by WCAG 2.1: from 1, none, to 21, black on white.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a)+.05, luminance(b)+.05
	return max(x, y) / min(x, y)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= .04045 {
			return s / 12.92
		}
		return math.Pow((s+.055)/1.055, 2.4)
	}
	return .2126*linear(r) + .7152*linear(g) + .0722*linear(b)
}

// shade mixes a colour with white or with black, whichever it is farther from: with share 1
// as much as leaves it to be seen on light and dark pages, with share 0 not at all.
func shade(c color.RGBA, share float64) color.RGBA {
	toward, page := lightPage, lightPage
	if contrast(c, lightPage) < contrast(c, darkPage) {
		toward, page = color.RGBA{A: 0xff}, darkPage
	}
	most := 0.
	for most < 1 && contrast(mixed(c, toward, most+.01), page) >= leastContrast {
		most += .01
	}
	return mixed(c, toward, share*most)
}

func mixed(a, b color.RGBA, share float64) color.RGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
