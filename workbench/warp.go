package workbench

import (
	"math"
	"slices"
)

// warpStep is the least distance in normal quantiles between two knots of a warp.
const warpStep = 0.002

// fitWarp maps cross-encoder scores to normal quantiles by their weighted rank
// among the values: the Gaussian-rank transform. Cross-encoder scores are heavy
// tailed, and so differently from model to model, that nothing linear fits them;
// warped, their noise is the same at every level, and no other step depends on
// the scores' units. Beyond the values the curve is flat.
func fitWarp(values []point) Curve {
	slices.SortFunc(values, byX)
	total, squares := 0.0, 0.0
	for _, v := range values {
		total += v.weight
		squares += v.weight * v.weight
	}
	n := total * total / squares // as many equal weights would be as telling
	var c Curve
	sum := 0.0
	for i := 0; i < len(values); {
		x, w := values[i].x, 0.0
		for ; i < len(values) && values[i].x == x; i++ {
			w += values[i].weight
		}
		z := normalQuantile(((sum+w/2)/total*n + .5) / (n + 1))
		sum += w
		if k := len(c.X); k == 0 || z >= c.Y[k-1]+warpStep || i == len(values) {
			c.X, c.Y = append(c.X, x), append(c.Y, z)
		}
	}
	return c
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
