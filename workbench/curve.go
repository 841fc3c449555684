package workbench

import (
	"cmp"
	"math"
	"sort"
)

// knots are a non-decreasing map, linear between its knots and flat beyond them.
type knots struct{ X, Y []float64 } // X rises strictly, Y never falls

// At returns the map's value at x. Without knots it is 0 everywhere.
func (c knots) At(x float64) float64 {
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

// broken returns the first knot at which X does not rise or Y falls, -1 if there is none.
func (c knots) broken() int {
	for i := 1; i < len(c.X); i++ {
		if c.X[i] <= c.X[i-1] || c.Y[i] < c.Y[i-1] {
			return i
		}
	}
	return -1
}

// point is one observation of a curve, standing for weight others.
type point struct{ x, y, weight float64 }

func byX(a, b point) int { return cmp.Compare(a.x, b.x) }

// fitIsotonic is weighted isotonic regression of y on x over points in order of
// x: neighbours are pooled until their means rise (pool adjacent violators).
func fitIsotonic(in []point) knots {
	var out []point
	for _, p := range in {
		for len(out) > 0 && out[len(out)-1].y > p.y {
			q := out[len(out)-1]
			out = out[:len(out)-1]
			w := p.weight + q.weight
			p = point{(p.weight*p.x + q.weight*q.x) / w, (p.weight*p.y + q.weight*q.y) / w, w}
		}
		out = append(out, p)
	}
	var c knots
	for _, p := range out {
		if n := len(c.X); n > 0 && p.x <= c.X[n-1] { // equal to rounding
			p.x = math.Nextafter(c.X[n-1], math.Inf(1))
		}
		c.X, c.Y = append(c.X, p.x), append(c.Y, p.y)
	}
	return c
}
