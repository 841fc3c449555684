package main

import (
	"fmt"
	"time"
)

func fold[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		a = f(a, x)
	}
	return a
}

func largest[T int | float64](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func run() int {
	xs := make([]int, 1000)
	for i := range xs {
		xs[i] = i * 7 % 1000
	}
	n := 0
	for i := 0; i < 200; i++ {
		n += fold(xs, 0, func(a, x int) int { return largest(a, x) })
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
