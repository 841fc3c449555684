// image with images and colours of our own, drawing and encoding.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
)

type plasma struct{ w, h int }

func (p plasma) ColorModel() color.Model { return color.RGBAModel }
func (p plasma) Bounds() image.Rectangle { return image.Rect(0, 0, p.w, p.h) }
func (p plasma) At(x, y int) color.Color { return hue(x * 10) }

type hue int

func (h hue) RGBA() (r, g, b, a uint32) { v := uint32(h) * 0x101; return v, 0xffff - v, 0, 0xffff }

func main() {
	p := plasma{8, 4}
	dst := image.NewRGBA(image.Rect(0, 0, 10, 10))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, image.Rect(1, 1, 9, 5), p, image.Point{}, draw.Src)
	fmt.Println(dst.RGBAAt(3, 2), dst.At(0, 0), dst.Bounds().Dx())
	var b bytes.Buffer
	fmt.Println(png.Encode(&b, p))
	img, kind, err := image.Decode(&b)
	fmt.Println(kind, err, img.Bounds(), img.At(7, 3) == color.Color(color.RGBA{70, 185, 0, 255}))
	gray := image.NewGray(image.Rect(0, 0, 2, 2))
	gray.Set(1, 1, hue(255))
	fmt.Println(gray.Pix, color.GrayModel.Convert(hue(0)))
	pal := color.Palette{color.Black, color.White, hue(128)}
	fmt.Println(pal.Index(color.RGBA{250, 250, 250, 255}), pal.Convert(hue(120)) == color.Color(hue(128)))
	m := color.ModelFunc(func(c color.Color) color.Color { r, _, _, _ := c.RGBA(); return hue(r >> 8) })
	fmt.Println(m.Convert(color.RGBA{9, 1, 1, 255}))
	r := image.Rect(0, 0, 4, 4).Intersect(image.Rect(2, 2, 8, 8))
	fmt.Println(r, r.Empty(), image.Pt(1, 2).Add(image.Pt(3, 4)), image.Pt(5, 5).In(r))
	sub := dst.SubImage(image.Rect(2, 2, 4, 4)).(*image.RGBA)
	fmt.Println(sub.Bounds(), sub.RGBAAt(2, 2) == dst.RGBAAt(2, 2))
	_, _, err = image.Decode(strings.NewReader("nope"))
	fmt.Println(err == image.ErrFormat)
}
