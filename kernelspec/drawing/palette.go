// Package drawing is what all pictures of the project have in common: their colours, and SVG that
// every browser shows alike.
package drawing

import "image/color"

// Palette has Okabe and Ito's hues but yellow, each in a shade that shows on light and on dark
// pages, and as far from each other as that allows for all kinds of sight.
var Palette = struct{ Black, Grey, Blue, Orange, Vermilion, Purple, Sky, Green color.RGBA }{
	color.RGBA{0x22, 0x22, 0x22, 0xff}, color.RGBA{0x66, 0x66, 0x66, 0xff}, color.RGBA{0x3d, 0x6a, 0xea, 0xff}, color.RGBA{0xd1, 0x7f, 0x3f, 0xff},
	color.RGBA{0xe0, 0x06, 0x22, 0xff}, color.RGBA{0xc9, 0x40, 0x9f, 0xff}, color.RGBA{0x11, 0x9c, 0xe2, 0xff}, color.RGBA{0x00, 0x79, 0x0a, 0xff},
}
