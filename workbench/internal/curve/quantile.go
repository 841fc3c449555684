package curve

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"axn/workbench/internal/topk"
)

// warpStep is the least distance in normal quantiles between two knots of a warp.
const warpStep = 0.002

// Warp maps cross-encoder scores to normal quantiles by their weighted rank
// among the values: the Gaussian-rank transform. Cross-encoder scores are heavy
// tailed, and so differently from model to model, that nothing linear fits them;
// warped, their noise is the same at every level, and no other step depends on
// the scores' units. Beyond the values the curve is flat.
func Warp(values []Point) Knots {
	slices.SortFunc(values, byX)
	total, squares := 0.0, 0.0
	for _, v := range values {
		total += v.Weight
		squares += v.Weight * v.Weight
	}
	n := total * total / squares // as many equal weights would be as telling
	var c Knots
	sum := 0.0
	for i := 0; i < len(values); {
		x, w := values[i].X, 0.0
		for ; i < len(values) && values[i].X == x; i++ {
			w += values[i].Weight
		}
		z := normalQuantile(((sum+w/2)/total*n + .5) / (n + 1))
		sum += w
		if k := len(c.X); k == 0 || z >= c.Y[k-1]+warpStep || i == len(values) {
			c.X, c.Y = append(c.X, x), append(c.Y, z)
		}
	}
	return c
}

// Standard centres and scales values, weighted as they are: the straight line that stands for
// Warp where its worth is measured.
func Standard(values []Point) Knots {
	x, weights := make([]float64, len(values)), make([]float64, len(values))
	for i, v := range values {
		x[i], weights[i] = v.X, v.Weight
	}
	mean, deviation := stat.PopMeanStdDev(x, weights)
	if deviation == 0 {
		return Knots{}
	}
	const far = 1000 // beyond every score
	return Knots{X: []float64{mean - far*deviation, mean + far*deviation}, Y: []float64{-far, far}}
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// RankQuantile is the normal quantile of a rank, from 0, among n.
func RankQuantile(rank float64, n int) float64 {
	return normalQuantile((float64(n) - rank - .5) / float64(n))
}

// ByRank replaces values by the normal quantiles of their ranks; of equal
// values the first ranks higher.
func ByRank(x []float32) {
	for rank, i := range topk.Select(x, len(x), nil) {
		x[i] = float32(RankQuantile(float64(rank), len(x)))
	}
}

// OfRanks puts knots at the exact ranks, ever further apart, and at every 32nd
// of the sampled scores below them, which share the remaining ranks.
func OfRanks(top []topk.Hit, sample []float32, n int) Knots {
	var falling Knots
	if len(top) == 0 { // no score is a number
		return falling
	}
	add := func(rank float64, score float32) {
		if k := len(falling.X); k == 0 || float64(score) < falling.X[k-1] {
			falling.X, falling.Y = append(falling.X, float64(score)), append(falling.Y, RankQuantile(rank, n))
		}
	}
	for r := 0; r < len(top); r += 1 + r/64 {
		add(float64(r), top[r].Score)
	}
	last := len(top) - 1
	add(float64(last), top[last].Score)
	below := slices.DeleteFunc(slices.Clone(sample), func(s float32) bool { return !(s < top[last].Score) })
	sortByBits(below)
	share := float64(n-len(top)) / float64(len(below))
	for j := 0; j < len(below); j += 32 {
		add(float64(len(top))+share*(float64(j)+.5)-.5, below[len(below)-1-j])
	}
	slices.Reverse(falling.X)
	slices.Reverse(falling.Y)
	return falling
}

// sortByBits sorts numbers, a byte of their bits at a time: of thousands several times as fast as by comparing.
func sortByBits(x []float32) {
	keys, other := make([]uint32, len(x)), make([]uint32, len(x))
	for i, v := range x {
		b := math.Float32bits(v)
		keys[i] = b ^ (uint32(int32(b)>>31) | 1<<31) // in the order of the numbers
	}
	for shift := 0; shift < 32; shift += 8 {
		var start [257]int
		for _, k := range keys {
			start[k>>shift&0xff+1]++
		}
		for b := range 256 {
			start[b+1] += start[b]
		}
		for _, k := range keys {
			b := k >> shift & 0xff
			other[start[b]] = k
			start[b]++
		}
		keys, other = other, keys
	}
	for i, b := range keys {
		x[i] = math.Float32frombits(b ^ (^uint32(int32(b)>>31) | 1<<31))
	}
}
