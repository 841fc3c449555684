// Generic functions with inference from arguments, results and other functions.
package main

import (
	"fmt"
	"strconv"
)

func Map[T, U any](s []T, f func(T) U) []U {
	r := make([]U, 0, len(s))
	for _, v := range s {
		r = append(r, f(v))
	}
	return r
}

func Filter[S ~[]E, E any](s S, keep func(E) bool) S {
	var r S
	for _, v := range s {
		if keep(v) {
			r = append(r, v)
		}
	}
	return r
}

func Reduce[T, A any](s []T, a A, f func(A, T) A) A {
	for _, v := range s {
		a = f(a, v)
	}
	return a
}

func Ptr[T any](v T) *T { return &v }

func Zero[T any]() (z T) { return }

type IDs []int

func main() {
	ids := IDs{1, 2, 3, 4}
	even := Filter(ids, func(i int) bool { return i%2 == 0 })
	fmt.Printf("%T %v\n", even, even)
	fmt.Println(Map(even, strconv.Itoa), Map([]string{"a", "bb"}, func(s string) int { return len(s) }))
	fmt.Println(Reduce(ids, "", func(a string, i int) string { return a + strconv.Itoa(i) }))
	fmt.Println(*Ptr(3), *Ptr("x"), Zero[float64](), Zero[*int]() == nil, Zero[[2]string]())
	var f func([]int, func(int) string) []string = Map
	fmt.Println(f([]int{7}, func(i int) string { return fmt.Sprint(i, "!") }))
	g := Map[int, bool]
	fmt.Printf("%T %v\n", g, g([]int{0, 1}, func(i int) bool { return i > 0 }))
	fmt.Println(Map(ids, func(i int) *int { return Ptr(i * i) })[3] != nil)
}
