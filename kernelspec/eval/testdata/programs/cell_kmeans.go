// k-means on own points with a deterministic start, and the distance as an interface.
package main

import (
	"fmt"
	"math"
	"sort"
)

type Point []float64
type Metric interface{ Dist(a, b Point) float64 }
type Euclid struct{}
type MetricFunc func(a, b Point) float64

func (Euclid) Dist(a, b Point) (d float64) {
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(d)
}
func (f MetricFunc) Dist(a, b Point) float64 { return f(a, b) }

type KMeans struct {
	K      int
	Metric Metric
	iters  int
}

func (k *KMeans) Fit(ps []Point) (centers []Point, labels []int) {
	for i := range k.K {
		centers = append(centers, append(Point(nil), ps[i*len(ps)/k.K]...))
	}
	labels = make([]int, len(ps))
	for changed := true; changed; k.iters++ {
		changed = false
		for i, p := range ps {
			best := 0
			for c := range centers {
				if k.Metric.Dist(p, centers[c]) < k.Metric.Dist(p, centers[best]) {
					best = c
				}
			}
			if labels[i] != best || k.iters == 0 {
				labels[i], changed = best, true
			}
		}
		for c := range centers {
			n := 0.0
			sum := make(Point, len(ps[0]))
			for i, p := range ps {
				if labels[i] == c {
					n++
					for d, v := range p {
						sum[d] += v
					}
				}
			}
			if n > 0 {
				for d := range sum {
					centers[c][d] = sum[d] / n
				}
			}
		}
	}
	return
}

func main() {
	var ps []Point
	for i := range 30 {
		x := float64(i%3) * 10
		ps = append(ps, Point{x + float64(i%5)*.1, x - float64(i%4)*.1})
	}
	k := &KMeans{K: 3, Metric: Euclid{}}
	centers, labels := k.Fit(ps)
	sort.Slice(centers, func(i, j int) bool { return centers[i][0] < centers[j][0] })
	fmt.Printf("%.3f %d\n", centers, labels[:6])
	k2 := &KMeans{K: 2, Metric: MetricFunc(func(a, b Point) float64 { return math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1]) })}
	c2, _ := k2.Fit(ps)
	fmt.Printf("%.2f %v\n", c2, k2.iters < 20)
}
