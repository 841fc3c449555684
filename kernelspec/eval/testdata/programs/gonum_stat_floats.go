// gonum/stat and gonum/floats on slices of own types.
package main

import (
	"fmt"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

type sample []float64

func (s sample) standard() sample {
	m, sd := stat.MeanStdDev(s, nil)
	r := slices.Clone(s)
	floats.AddConst(-m, r)
	floats.Scale(1/sd, r)
	return r
}

func main() {
	x := sample{2, 4, 4, 4, 5, 5, 7, 9}
	y := sample{1, 3, 2, 5, 4, 6, 8, 9}
	fmt.Printf("%.4f %.4f %.4f\n", stat.Mean(x, nil), stat.Variance(x, nil), stat.Correlation(x, y, nil))
	a, b := stat.LinearRegression(x, y, nil, false)
	fmt.Printf("%.4f %.4f %.3f\n", a, b, x.standard())
	fmt.Println(floats.Sum(x), floats.Max(x), floats.MinIdx(x), floats.Dot(x, y), floats.Norm(y, 1))
	fmt.Println(floats.CumSum(make([]float64, 3), []float64{1, 2, 3}), floats.Span(make([]float64, 5), 0, 1))
	sort.Float64s(y)
	fmt.Println(stat.Quantile(0.5, stat.Empirical, y, nil), floats.EqualApprox(x, x, 1e-9))
	h := stat.Histogram(nil, []float64{0, 3, 6, 10}, y, nil)
	fmt.Println(h)
	mode, n := stat.Mode(x, nil)
	fmt.Println(mode, n, stat.Mean(x, []float64{1, 0, 0, 0, 0, 0, 0, 1}))
	inds := make([]int, 3)
	s := []float64{3, 1, 2}
	floats.Argsort(s, inds)
	fmt.Println(s, inds)
	defer func() { fmt.Println(recover()) }()
	floats.Add(x, []float64{1})
}
