package main

import (
	"fmt"
	"time"
)

func matrix(n int, f func(i, j int) float64) [][]float64 {
	m := make([][]float64, n)
	for i := 0; i < n; i++ {
		m[i] = make([]float64, n)
		for j := 0; j < n; j++ {
			m[i][j] = f(i, j)
		}
	}
	return m
}

func run() int {
	n := 120
	a := matrix(n, func(i, j int) float64 { return float64(i + j) })
	b := matrix(n, func(i, j int) float64 { return float64(i - j) })
	c := matrix(n, func(i, j int) float64 { return 0 })
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			s := 0.0
			for k := 0; k < n; k++ {
				s += a[i][k] * b[k][j]
			}
			c[i][j] = s
		}
	}
	return int(c[3][4])
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
