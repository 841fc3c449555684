// gonum/optimize calls functions of cells; methods with own settings and own problems.
package main

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"
)

type quadratic struct {
	center []float64
	calls  *int
}

func (q quadratic) Func(x []float64) (f float64) {
	*q.calls++
	for i, c := range q.center {
		d := x[i] - c
		f += d * d * float64(i+1)
	}
	return
}
func (q quadratic) Grad(g, x []float64) {
	for i, c := range q.center {
		g[i] = 2 * (x[i] - c) * float64(i+1)
	}
}

func main() {
	n := 0
	q := quadratic{[]float64{1, -2, 3}, &n}
	p := optimize.Problem{Func: q.Func, Grad: q.Grad}
	r, err := optimize.Minimize(p, []float64{0, 0, 0}, nil, &optimize.BFGS{})
	fmt.Printf("%.4f %.4f %v %v\n", r.X, r.F, err, r.Status)
	fmt.Println(n > 2, n < 100)
	rosen := optimize.Problem{Func: func(x []float64) float64 { return math.Pow(1-x[0], 2) + 100*math.Pow(x[1]-x[0]*x[0], 2) }}
	r, err = optimize.Minimize(rosen, []float64{-1, 2}, nil, &optimize.NelderMead{})
	fmt.Printf("%.2f %v\n", r.X, err)
	r, err = optimize.Minimize(p, []float64{5, 5, 5}, &optimize.Settings{MajorIterations: 1}, &optimize.GradientDescent{})
	fmt.Println(r.Status, r.Stats.MajorIterations, err)
}
