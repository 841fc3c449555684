package chart

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

func TestContrast(t *testing.T) {
	for _, c := range []struct { // the first three as WCAG's own examples and its calculators give them
		a, b color.RGBA
		want float64
	}{
		{color.RGBA{A: 0xff}, lightPage, 21}, {color.RGBA{0x77, 0x77, 0x77, 0xff}, lightPage, 4.48},
		{color.RGBA{R: 0xff, A: 0xff}, lightPage, 4}, {Palette.Blue, Palette.Blue, 1},
	} {
		if got := contrast(c.a, c.b); math.Abs(got-c.want) > .005 || got != contrast(c.b, c.a) {
			t.Errorf("%v on %v: %.3f, want %v", c.a, c.b, got, c.want)
		}
	}
}

// Every line is seen on white; of those that are drawn in the same colour on dark pages, on
// dark ones too.
func TestLinesAreSeen(t *testing.T) {
	for _, f := range append(families, family{"exact scores", Palette.Black}) {
		for n := 1; n <= 4; n++ {
			var names []string
			for i := range n {
				names = append(names, fmt.Sprint(f.word, ", ", i))
			}
			for i, s := range strokes(linesNamed(names...)) {
				var dark color.RGBA
				fmt.Sscanf(onBoth(s.Color), "#%02x%02x%02x", &dark.R, &dark.G, &dark.B)
				dark.A = 0xff
				for what, got := range map[string]float64{"white": contrast(s.Color, lightPage), "white, in Vega": contrast(dark, lightPage), "dark, in Vega": contrast(dark, darkPage)} {
					if got < leastContrast {
						t.Errorf("line %d of %d of %q on %s: contrast %.2f", i+1, n, f.word, what, got)
					}
				}
			}
		}
	}
}

// sights are what becomes of linear colours for those with all cones and with each of the three
// blindnesses (Machado, Oliveira, Fernandes, 2009, severity 1).
var sights = map[string][3][3]float64{
	"all cones": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanope": {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deutan":    {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritan":    {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

// The colour-blind tell the families' colours apart: they differ, as they see them, in OKLab
// (Ottosson, 2020) by more than Okabe and Ito's own, whose least distance is 0.076; and the two
// shades of a family of two by most of that.
func TestColoursTellApart(t *testing.T) {
	p := Palette
	named := map[string]color.RGBA{"black": p.Black, "grey": p.Grey, "blue": p.Blue, "orange": p.Orange, "vermilion": p.Vermilion, "purple": p.Purple, "sky": p.Sky, "green": p.Green}
	for sight, seen := range sights {
		for _, f := range families {
			two := strokes(linesNamed(f.word, f.word))
			if d := distance(oklab(seen, two[0].Color.(color.RGBA)), oklab(seen, two[1].Color.(color.RGBA))); d < .055 {
				t.Errorf("%s: the two of %s are %.3f apart", sight, f.word, d)
			}
		}
		for a, x := range named {
			for b, y := range named {
				if d := distance(oklab(seen, x), oklab(seen, y)); a < b && d < .09 {
					t.Errorf("%s: %s and %s are %.3f apart", sight, a, b, d)
				}
			}
		}
	}
}

func distance(a, b [3]float64) float64 {
	return math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2])
}

// oklab is a colour as someone sees it, in OKLab.
func oklab(seen [3][3]float64, c color.RGBA) (lab [3]float64) {
	linear := [3]float64{luminance(color.RGBA{R: c.R, A: 0xff}) / .2126, luminance(color.RGBA{G: c.G, A: 0xff}) / .7152, luminance(color.RGBA{B: c.B, A: 0xff}) / .0722}
	times := func(m [3][3]float64, v [3]float64) (p [3]float64) {
		for i, row := range m {
			for j, x := range row {
				p[i] += x * v[j]
			}
		}
		return p
	}
	cones := times(seen, linear)
	for i := range cones {
		cones[i] = min(max(cones[i], 0), 1)
	}
	cones = times([3][3]float64{{.4122214708, .5363325363, .0514459929}, {.2119034982, .6806995451, .1073969566}, {.0883024619, .2817188376, .6299787005}}, cones)
	for i, v := range cones {
		cones[i] = math.Cbrt(v)
	}
	return times([3][3]float64{{.2104542553, .7936177850, -.0040720468}, {1.9779984951, -2.4285922050, .4505937099}, {.0259040371, .7827717662, -.8086757660}}, cones)
}
