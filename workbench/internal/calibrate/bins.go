package calibrate

import (
	"slices"
	"sort"

	"axn/workbench/internal/curve"
)

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
func binMeans(sums []float64) []curve.Point {
	var out []curve.Point
	for s := range slices.Chunk(sums, 3) {
		if n := s[2]; n > 0 {
			out = append(out, curve.Point{X: s[0] / n, Y: s[1] / n, Weight: n})
		}
	}
	return out
}
