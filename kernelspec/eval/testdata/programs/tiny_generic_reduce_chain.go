// Generic functions passed to generic functions.
package main

import (
	"fmt"
	"strconv"
)

func Map[T, U any](xs []T, f func(T) U) (r []U) {
	for _, x := range xs {
		r = append(r, f(x))
	}
	return
}

func Fold[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		a = f(a, x)
	}
	return a
}

func Add[T int | float64 | string](a, b T) T { return a + b }

func main() {
	xs := []int{1, 2, 3}
	fmt.Println(Fold(Map(xs, strconv.Itoa), "", Add[string]), Fold(xs, 0, Add))
	fmt.Println(Map(Map(xs, func(i int) float64 { return float64(i) / 2 }), func(f float64) string { return fmt.Sprintf("%.1f", f) }))
}
