// Polynomials as slices: evaluation, product, derivative, printing, roots by bisection.
package main

import (
	"fmt"
	"slices"
	"strings"
)

type Poly []float64

func (p Poly) At(x float64) (y float64) {
	for i := len(p) - 1; i >= 0; i-- {
		y = y*x + p[i]
	}
	return
}

func (p Poly) Mul(q Poly) Poly {
	r := make(Poly, len(p)+len(q)-1)
	for i, a := range p {
		for j, b := range q {
			r[i+j] += a * b
		}
	}
	return r
}

func (p Poly) Diff() Poly {
	var r Poly
	for i, a := range p[1:] {
		r = append(r, a*float64(i+1))
	}
	return r
}

func (p Poly) String() string {
	var parts []string
	for i, a := range slices.Backward(p) {
		switch {
		case a == 0:
		case i == 0:
			parts = append(parts, fmt.Sprint(a))
		case i == 1:
			parts = append(parts, fmt.Sprintf("%gx", a))
		default:
			parts = append(parts, fmt.Sprintf("%gx^%d", a, i))
		}
	}
	return strings.Join(parts, " + ")
}

func root(f func(float64) float64, lo, hi float64) float64 {
	for hi-lo > 1e-12 {
		if mid := (lo + hi) / 2; (f(mid) > 0) == (f(hi) > 0) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo
}

func main() {
	p := Poly{-1, 1}.Mul(Poly{2, 1})
	fmt.Println(p, "|", p.Diff(), "|", p.At(3))
	fmt.Printf("%.6f %.6f\n", root(p.At, 0, 5), root(Poly{-2, 0, 1}.At, 0, 2))
}
