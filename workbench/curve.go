package workbench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Curve is a non-decreasing map, linear between its knots and flat beyond them.
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

// point is one observation of a curve, standing for weight others.
type point struct{ x, y, weight float64 }

func byX(a, b point) int { return cmp.Compare(a.x, b.x) }

// fitIsotonic is weighted isotonic regression of y on x over points in order of
// x: neighbours are pooled until their means rise (pool adjacent violators).
func fitIsotonic(in []point) Curve {
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

// bins divide the dual encoder's scores of all train pairs into parts of about
// equal size, finer towards the top, where the neighbours are. An observed entry
// stands for its share of its bin, however the entries were chosen from the dual
// encoder's list.
type bins struct {
	edges []float64 // bin b holds edges[b-1] <= x < edges[b]
	pairs []float64 // train pairs in each
}

// binShares are the edges as shares of all pairs: 60 up to 99 %, 40 above.
var binShares = func() (s []float64) {
	for i := range 60 {
		s = append(s, .99*float64(i)/59)
	}
	for i := range 40 {
		s = append(s, .9905+.0095*float64(i)/39)
	}
	return s
}()

// newBins takes a sample of all train pairs' scores and sorts it.
func newBins(sample []float64) *bins {
	slices.Sort(sample)
	b := &bins{}
	for _, s := range binShares {
		b.edges = append(b.edges, sample[int(s*float64(len(sample)-1))])
	}
	b.edges = slices.Compact(b.edges)
	b.pairs = make([]float64, len(b.edges)+1)
	for _, x := range sample {
		b.pairs[b.of(x)]++
	}
	return b
}

func (b *bins) of(x float64) int {
	return sort.Search(len(b.edges), func(i int) bool { return b.edges[i] > x })
}

// weights returns for each bin the pairs it holds for each of the n points in it.
func (b *bins) weights(n []float64) []float64 {
	w := make([]float64, len(n))
	for k := range w {
		w[k] = max(b.pairs[k], 1) / n[k]
	}
	return w
}

// binSums add points up bin by bin: Σx, Σy and how many, one after the other.
type binSums struct {
	bins
	sums []float64
}

func newBinSums(edges []float64) *binSums {
	return &binSums{bins{edges: edges}, make([]float64, 3*(len(edges)+1))}
}

func (b *binSums) add(x, y float64) {
	s := b.sums[3*b.of(x):][:3]
	s[0], s[1], s[2] = s[0]+x, s[1]+y, s[2]+1
}

// binMeans returns the mean of each bin that has points, in order of x; its
// weight is the number of its points.
func binMeans(sums []float64) []point {
	var out []point
	for s := range slices.Chunk(sums, 3) {
		if n := s[2]; n > 0 {
			out = append(out, point{s[0] / n, s[1] / n, n})
		}
	}
	return out
}
