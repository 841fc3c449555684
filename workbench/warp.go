package workbench

import (
	"math"
	"slices"
)

// fitWarp maps observed cross-encoder scores to normal quantiles by rank.
func fitWarp(g *Scores) Curve {
	var pts []point
	for r := range g.Rows {
		row := &g.Rows[r]
		for j, v := range row.Values {
			pts = append(pts, point{x: float64(v), weight: float64(row.Weight(j))})
		}
	}
	slices.SortFunc(pts, func(a, b point) int {
		if a.x < b.x {
			return -1
		}
		if a.x > b.x {
			return 1
		}
		return 0
	})
	total := 0.0
	for _, p := range pts {
		total += p.weight
	}
	var c Curve
	sum := 0.0
	lastQ := -100.0
	for i := 0; i < len(pts); {
		w := 0.0
		x := pts[i].x
		for ; i < len(pts) && pts[i].x == x; i++ {
			w += pts[i].weight
		}
		q := math.Sqrt2 * math.Erfinv(2*(sum+w/2)/total-1)
		sum += w
		if q-lastQ > 0.005 || i == len(pts) {
			c.X, c.Y = append(c.X, x), append(c.Y, q)
			lastQ = q
		}
	}
	return c
}
