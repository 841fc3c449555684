package workbench

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Curve is a non-decreasing map, linear between its knots and flat beyond them:
// here from the dual encoder's score to the cross-encoder's.
type Curve struct{ X, Y []float64 } // X rises strictly, Y never falls

// At returns the curve's value at x. A curve without knots is 0 everywhere.
func (c Curve) At(x float64) float64 {
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

func (c Curve) check() error {
	if len(c.X) != len(c.Y) {
		return fmt.Errorf("%w: a curve of %d and %d coordinates", ErrShape, len(c.X), len(c.Y))
	}
	for i := range c.X {
		if i > 0 && (c.X[i] <= c.X[i-1] || c.Y[i] < c.Y[i-1]) {
			return fmt.Errorf("a curve whose knot %d does not rise", i)
		}
	}
	return nil
}

// point is one observation of a curve: y at x, standing for weight others.
type point struct{ x, y, weight float64 }

// fitCurve is weighted isotonic regression of y on x: the points are averaged in
// cells holding about equal weight, finer towards the top, where the neighbours
// are, and neighbouring cells are pooled until their means rise
// (pool adjacent violators).
func fitCurve(points []point) Curve {
	slices.SortFunc(points, func(a, b point) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	return pool(cells(points))
}

// cellShares are the upper ends of the cells, as shares of all weight: 60 up to
// 99 % and 40 in the last percent.
var cellShares = func() (s []float64) {
	for i := 1; i <= 60; i++ {
		s = append(s, .99*float64(i)/60)
	}
	for i := 1; i <= 40; i++ {
		s = append(s, .99+.01*float64(i)/40)
	}
	return s
}()

// cells averages sorted points cell by cell; equal x stay in one cell.
func cells(points []point) []point {
	total := 0.0
	for _, p := range points {
		total += p.weight
	}
	var out []point
	var cell point
	sum, share := 0.0, 0
	for i, p := range points {
		cell.x += p.weight * p.x
		cell.y += p.weight * p.y
		cell.weight += p.weight
		sum += p.weight
		last := i == len(points)-1
		if !last && (points[i+1].x == p.x || sum < cellShares[share]*total) {
			continue
		}
		out = append(out, point{cell.x / cell.weight, cell.y / cell.weight, cell.weight})
		cell = point{}
		for share < len(cellShares)-1 && sum >= cellShares[share]*total {
			share++
		}
	}
	return out
}

// pool merges neighbouring cells until their means never fall.
func pool(in []point) Curve {
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
	var c Curve
	for _, p := range out {
		if n := len(c.X); n > 0 && p.x <= c.X[n-1] { // equal to rounding
			p.x = math.Nextafter(c.X[n-1], math.Inf(1))
		}
		c.X, c.Y = append(c.X, p.x), append(c.Y, p.y)
	}
	return c
}
