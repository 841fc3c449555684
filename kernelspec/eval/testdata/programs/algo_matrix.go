// Numbers in loops: matrices, primes, Gauss elimination, Newton, Monte Carlo with an own generator.
package main

import (
	"fmt"
	"math"
)

type Matrix [][]float64

func New(n, m int) Matrix {
	a := make(Matrix, n)
	for i := range a {
		a[i] = make([]float64, m)
	}
	return a
}

func (a Matrix) Mul(b Matrix) Matrix {
	c := New(len(a), len(b[0]))
	for i := range a {
		for j := range b[0] {
			for k := range b {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

func solve(a Matrix, b []float64) []float64 {
	n := len(b)
	for i := 0; i < n; i++ {
		p := i
		for r := i + 1; r < n; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[p][i]) {
				p = r
			}
		}
		a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
		for r := i + 1; r < n; r++ {
			f := a[r][i] / a[i][i]
			for c := i; c < n; c++ {
				a[r][c] -= f * a[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for c := i + 1; c < n; c++ {
			b[i] -= a[i][c] * b[c]
		}
		b[i] /= a[i][i]
	}
	return b
}

func sieve(n int) (count int) {
	comp := make([]bool, n+1)
	for i := 2; i <= n; i++ {
		if comp[i] {
			continue
		}
		count++
		for j := i * i; j <= n; j += i {
			comp[j] = true
		}
	}
	return
}

func newton(f, df func(float64) float64, x float64) float64 {
	for range 50 {
		dx := f(x) / df(x)
		if x -= dx; math.Abs(dx) < 1e-12 {
			break
		}
	}
	return x
}

type lcg uint64

func (l *lcg) next() float64 {
	*l = *l*6364136223846793005 + 1442695040888963407
	return float64(*l>>11) / (1 << 53)
}

func main() {
	a := Matrix{{1, 2}, {3, 4}}
	fmt.Println(a.Mul(a).Mul(Matrix{{1}, {1}}))
	fmt.Printf("%.4f\n", solve(Matrix{{2, 1, -1}, {-3, -1, 2}, {-2, 1, 2}}, []float64{8, -11, -3}))
	fmt.Println(sieve(10000))
	fmt.Printf("%.10f\n", newton(func(x float64) float64 { return x*x - 2 }, func(x float64) float64 { return 2 * x }, 1))
	g, in := lcg(1), 0
	for range 20000 {
		if x, y := g.next(), g.next(); x*x+y*y < 1 {
			in++
		}
	}
	fmt.Printf("%.3f\n", 4*float64(in)/20000)
	var h float32
	for i := 1; i < 1000; i++ {
		h += 1 / float32(i)
	}
	fmt.Println(h, uint64(g))
	collatz := func(n int) (steps int) {
		for ; n != 1; steps++ {
			if n%2 == 0 {
				n /= 2
			} else {
				n = 3*n + 1
			}
		}
		return
	}
	fmt.Println(collatz(27), collatz(97))
}
