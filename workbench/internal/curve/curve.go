// Package curve has monotone maps: fitted by isotonic regression or by ranks, and laid out to be
// evaluated at many points.
package curve

import (
	"cmp"
	"math"
	"sort"
)

// Knots are a non-decreasing map, linear between its knots and flat beyond them.
type Knots struct{ X, Y []float64 } // X rises strictly, Y never falls

// At returns the map's value at x. Without knots it is 0 everywhere.
func (c Knots) At(x float64) float64 {
	n := len(c.X)
	switch {
	case n == 0:
		return 0
	case x <= c.X[0]:
		return c.Y[0]
	case x >= c.X[n-1]:
		return c.Y[n-1]
	}
	i := sort.SearchFloat64s(c.X, x)
	t := (x - c.X[i-1]) / (c.X[i] - c.X[i-1])
	return c.Y[i-1] + t*(c.Y[i]-c.Y[i-1])
}

// Broken returns the first knot at which X does not rise or Y falls, -1 if there is none.
func (c Knots) Broken() int {
	for i := 1; i < len(c.X); i++ {
		if c.X[i] <= c.X[i-1] || c.Y[i] < c.Y[i-1] {
			return i
		}
	}
	return -1
}

// Point is one observation of a curve, standing for weight others.
type Point struct{ X, Y, Weight float64 }

func byX(a, b Point) int { return cmp.Compare(a.X, b.X) }

// Isotonic is weighted isotonic regression of y on x over points in order of
// x: neighbours are pooled until their means rise (pool adjacent violators).
func Isotonic(in []Point) Knots {
	var out []Point
	for _, p := range in {
		for len(out) > 0 && out[len(out)-1].Y > p.Y {
			q := out[len(out)-1]
			out = out[:len(out)-1]
			w := p.Weight + q.Weight
			p = Point{(p.Weight*p.X + q.Weight*q.X) / w, (p.Weight*p.Y + q.Weight*q.Y) / w, w}
		}
		out = append(out, p)
	}
	var c Knots
	for _, p := range out {
		if n := len(c.X); n > 0 && p.X <= c.X[n-1] { // equal to rounding
			p.X = math.Nextafter(c.X[n-1], math.Inf(1))
		}
		c.X, c.Y = append(c.X, p.X), append(c.Y, p.Y)
	}
	return c
}
