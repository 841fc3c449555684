package drawing

import (
	"bytes"
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// SVG is what paint draws on a canvas of a size, as browsers show it alike: texts have fonts that
// every system has, and in each of them the room that they have here. With a white background
// it has colours for dark pages.
func SVG(width, height vg.Length, background color.Color, paint func(draw.Canvas)) ([]byte, error) {
	canvas, widths := vgsvg.New(width, height), []vg.Length{}
	paint(draw.New(measured{canvas, &widths}))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	return forBrowsers(fitted(b.Bytes(), widths), background), nil
}

// families name fonts of the same widths for browsers that lack Liberation.
var families = strings.NewReplacer(
	"font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif;",
	"font-family:Liberation Serif;", "font-family:Liberation Serif,Times New Roman,Times,serif;",
	"font-family:Liberation Mono;", "font-family:Liberation Mono,Courier New,Courier,monospace;",
)

// measured is a drawing that notes how wide each of its texts is taken to be.
type measured struct {
	*vgsvg.Canvas
	widths *[]vg.Length
}

// FillString writes a text.
func (m measured) FillString(f font.Face, at vg.Point, text string) {
	*m.widths = append(*m.widths, f.Width(text))
	m.Canvas.FillString(f, at, text)
}

// fitted gives each text of a drawing the width that it is taken to have: a browser without the
// font takes another one, which may be wider and run into what stands beside it.
func fitted(svg []byte, widths []vg.Length) []byte {
	parts := bytes.Split(svg, []byte("<text "))
	if len(parts) != len(widths)+1 {
		return svg
	}
	out := parts[0]
	for i, part := range parts[1:] {
		out = append(out, "<text "...)
		if widths[i] > 0 {
			out = fmt.Appendf(out, `textLength="%.4g" lengthAdjust="spacingAndGlyphs" `, widths[i].Points())
		}
		out = append(out, part...)
	}
	return out
}

// forBrowsers completes a drawing: fonts that every system has and, for a plot on
// white, colours for dark pages.
func forBrowsers(svg []byte, background color.Color) []byte {
	svg = []byte(families.Replace(string(svg)))
	if background == nil || color.NRGBAModel.Convert(background) != (color.NRGBA{0xff, 0xff, 0xff, 0xff}) {
		return svg
	}
	before, after, found := bytes.Cut(svg, []byte("\">\n"))
	if !found {
		return svg
	}
	return slices.Concat(before, []byte("\">\n"), []byte(darkStyle(svg)), after)
}

// colourLimit is how many colours a plot may have for them to mean lines and
// texts; with more they mean data and stay.
const colourLimit = 20

var colours = regexp.MustCompile(`#[0-9A-F]{6}`)

// darkStyle says how a drawing looks on a dark page. Browsers ask the page around
// an image which one it is.
func darkStyle(svg []byte) string {
	var seen []string
	for _, c := range colours.FindAllString(string(svg), -1) {
		if !slices.Contains(seen, c) {
			seen = append(seen, c)
		}
	}
	if len(seen) > colourLimit {
		return ""
	}
	rules := "text{fill:" + dark("#000000") + "}"
	for _, c := range seen {
		for _, what := range []string{"fill", "stroke"} {
			rules += fmt.Sprintf("[style*=\"%s:%s\"]{%s:%s!important}", what, c, what, dark(c))
		}
	}
	return "<style>@media (prefers-color-scheme:dark){" + rules + "}</style>\n"
}

// dark is a colour for dark pages: greys are mirrored, so that white becomes the
// page's black, and other colours lightened.
func dark(c string) string {
	var r, g, b int
	fmt.Sscanf(c, "#%2X%2X%2X", &r, &g, &b)
	change := func(v int) int { return v + (0xff-v)*3/10 }
	if r == g && g == b {
		change = func(v int) int { return 0xee - v*(0xee-0x11)/0xff }
	}
	return fmt.Sprintf("#%02X%02X%02X", change(r), change(g), change(b))
}
