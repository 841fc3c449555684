package drawing

import (
	"fmt"
	"image/color"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A text has the width that was measured for it, and further fonts where Liberation is missing.
func TestTextsKeepTheirRoom(t *testing.T) {
	face := plot.DefaultTextHandler.Cache().Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 12)
	svg, err := SVG(100, 50, color.White, func(c draw.Canvas) { c.FillString(face, vg.Point{X: 5, Y: 5}, "verbs, k = 100") })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf(`<text textLength="%.4g" lengthAdjust="spacingAndGlyphs" `, face.Width("verbs, k = 100").Points()), "font-family:Liberation Sans,Arial,Helvetica,sans-serif;"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
}

// On dark pages the greys of a plot are mirrored and its colours lighter; a plot
// with a background of its own keeps it.
func TestDark(t *testing.T) {
	for _, c := range []struct {
		background  color.Color
		shade, want string
	}{
		{color.White, "#FFFFFF", `[style*="fill:#FFFFFF"]{fill:#111111!important}`},
		{color.White, "#E0E0E0", `[style*="stroke:#E0E0E0"]{stroke:#2C2C2C!important}`},
		{color.White, "#0072B2", `dark){text{fill:#EEEEEE}[style*="fill:#0072B2"]{fill:#4C9CC9!important}`},
		{color.Gray{0x80}, "#FFFFFF", "<svg>\"x\">\n<path"},
	} {
		svg := string(forBrowsers([]byte("<svg>\"x\">\n<path style=\"stroke:"+c.shade+"\">"), c.background))
		if !strings.Contains(svg, c.want) {
			t.Errorf("%s on %v: no %s in %s", c.shade, c.background, c.want, svg)
		}
	}
}
