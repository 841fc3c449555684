package chart

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"axn/kernelspec/drawing"
)

// Palette has the colours of all pictures.
var Palette = drawing.Palette

// family is what lines of one colour have in common: a word in their lower-case
// names.
type family struct {
	word  string
	color color.RGBA
}

// families give a system the same colour in every plot; the first that fits counts.
var families = []family{
	{"mf_trns", Palette.Vermilion}, {"mf_ind", Palette.Purple}, {"anncur", Palette.Sky}, {"adacur", Palette.Green},
	{"calibrated", Palette.Blue}, {"rerank", Palette.Grey}, {"rnr", Palette.Grey}, {"dual encoder", Palette.Grey}, {"axn", Palette.Orange},
}

// others are the colours of lines of no family, in their order.
var others = []color.RGBA{Palette.Black, Palette.Green, Palette.Vermilion, Palette.Purple, Palette.Sky, Palette.Orange, Palette.Blue, Palette.Grey}

// glyphs tell the lines of one family apart, beside their shades.
var glyphs = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}}

// Line is one named line of a plot.
type Line struct {
	Name      string
	XYs       plotter.XYs
	Intervals [][2]float64 // of Y, from and to, where they are known: as many as XYs, or none
}

// Backdrop is a grey line behind the data.
type Backdrop struct {
	XYs   plotter.XYs
	Width vg.Length
}

// strokes styles lines: a colour for each family, other shades of it for all but its
// last line, in equal steps over most of what the colour has room for, and a glyph for each line of one.
func strokes(lines []Line) []draw.GlyphStyle {
	colors, members := make([]color.RGBA, len(lines)), map[color.RGBA]int{}
	strangers := 0
	for i, c := range lines {
		colors[i] = others[strangers%len(others)]
		name := strings.ToLower(c.Name)
		if f := slices.IndexFunc(families, func(f family) bool { return strings.Contains(name, f.word) }); f >= 0 {
			colors[i] = families[f].color
		} else {
			strangers++
		}
		members[colors[i]]++
	}
	styles, seen := make([]draw.GlyphStyle, len(lines)), map[color.RGBA]int{}
	for i, c := range colors {
		n := seen[c]
		seen[c]++
		styles[i] = draw.GlyphStyle{Color: shade(c, float64(members[c]-1-n)/(float64(members[c])-2./3)), Radius: vg.Points(3), Shape: glyphs[n%len(glyphs)]}
	}
	return styles
}

// AddLines draws lines with points, on backdrops, and writes their names beside the plot,
// each at the height of its line's end, so that no legend covers the data.
func AddLines(p *plot.Plot, lines []Line, behind ...Backdrop) error {
	for _, b := range behind {
		line, err := plotter.NewLine(b.XYs)
		if err != nil {
			return err
		}
		line.Color, line.Width = Grey, b.Width
		p.Add(line)
	}
	styles := strokes(lines)
	for i, c := range lines {
		line, points, err := plotter.NewLinePoints(c.XYs)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		line.Color, line.Width = styles[i].Color, vg.Points(2)
		points.GlyphStyle = styles[i]
		p.Add(line, points)
	}
	p.Add(endLabels{lines, styles})
	p.Y.Tick.Marker = described{p.Y.Tick.Marker, ends(lines), lines, behind}
	return nil
}

// described are ticks that know what the plot shows, for those who cannot see it and for
// those who ask it: notebooks read them.
type described struct {
	plot.Ticker
	words  string
	lines  []Line // none where the plot does not consist of lines
	behind []Backdrop
}

// Alt says what the plot shows.
func (d described) Alt() string { return d.words }

// Describe puts a plot into words.
func Describe(p *plot.Plot, words string) {
	p.Y.Tick.Marker = described{Ticker: p.Y.Tick.Marker, words: words}
}

// ends says where each line begins and ends.
func ends(lines []Line) string {
	parts := make([]string, len(lines))
	for i, c := range lines {
		first, last := c.XYs[0].Y, c.XYs[len(c.XYs)-1].Y
		if parts[i] = fmt.Sprintf("%s from %.3g to %.3g", c.Name, first, last); first == last {
			parts[i] = fmt.Sprintf("%s at %.3g", c.Name, first)
		}
	}
	return strings.Join(parts, "; ")
}

// endLabels writes the lines' names to the right of the data, each at the height
// of its last point or as near as there is room, behind a piece of its line.
type endLabels struct {
	lines  []Line
	styles []draw.GlyphStyle
}

const (
	labelGap    = 8  // points from the data to a label
	labelSample = 16 // points of line before the name
	labelHeight = 14 // points from one label to the next
)

func labelStyle(p *plot.Plot) text.Style {
	style := p.X.Tick.Label
	style.XAlign, style.YAlign = text.XLeft, text.YCenter
	return style
}

// GlyphBoxes keeps room for the longest name.
func (l endLabels) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	style, width := labelStyle(p), vg.Length(0)
	for _, c := range l.lines {
		width = max(width, style.Width(c.Name))
	}
	room := labelGap + labelSample + 4 + width
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: vg.Points(float64(room))}}}}
}

// Plot writes the labels.
func (l endLabels) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	order, heights := make([]int, len(l.lines)), make([]vg.Length, len(l.lines))
	for i, cu := range l.lines {
		order[i], heights[i] = i, toY(cu.XYs[len(cu.XYs)-1].Y)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(heights[a], heights[b]) })
	spread(order, heights, c.Min.Y, c.Max.Y)
	left, style := c.Max.X+labelGap, labelStyle(p)
	for i, cu := range l.lines {
		y := heights[i]
		c.StrokeLine2(draw.LineStyle{Color: l.styles[i].Color, Width: vg.Points(2)}, left, y, left+labelSample, y)
		c.DrawGlyphNoClip(l.styles[i], vg.Point{X: left + labelSample/2, Y: y})
		c.FillText(style, vg.Point{X: left + labelSample + 4, Y: y}, cu.Name)
	}
}

// spread moves heights, which rise in the given order, apart by a label's height,
// half up and half down, and keeps them between bottom and top.
func spread(order []int, heights []vg.Length, bottom, top vg.Length) {
	up, down := slices.Clone(heights), slices.Clone(heights)
	last := len(order) - 1
	for n := 1; n <= last; n++ {
		up[order[n]] = max(up[order[n]], up[order[n-1]]+labelHeight)
		down[order[last-n]] = min(down[order[last-n]], down[order[last-n+1]]-labelHeight)
	}
	for n, i := range order {
		lowest, highest := bottom+labelHeight*vg.Length(n), top-labelHeight*vg.Length(last-n)
		heights[i] = max(min((up[i]+down[i])/2, highest), lowest)
	}
}
