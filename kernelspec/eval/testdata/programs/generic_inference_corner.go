// Inference through named types, untyped constants, nested calls and partial instantiation.
package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

type Num interface{ ~int | ~float64 }

func Add[T Num](a, b T) T { return a + b }

func Convert[To, From Num](f From) To { return To(f) }

func Apply[F ~func(T) T, T any](f F, x T) T { return f(f(x)) }

func Keys[M ~map[K]V, K cmp.Ordered, V any](m M) []K {
	var ks []K
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func Tuple[A, B any](a A, b B) struct {
	A A
	B B
} {
	return struct {
		A A
		B B
	}{a, b}
}

type Double func(int) int
type Ages map[string]int

func Curry[A, B, C any](f func(A, B) C) func(A) func(B) C {
	return func(a A) func(B) C { return func(b B) C { return f(a, b) } }
}

func main() {
	fmt.Printf("%T %T\n", Add(1, 2.5), Add(1, 2))
	fmt.Println(Convert[int](3.9), Convert[float64](3), Convert[int, int](1))
	fmt.Println(Apply(Double(func(i int) int { return 2 * i }), 3))
	fmt.Println(Keys(Ages{"b": 1, "a": 2}), Must(strconv.Atoi("12")))
	t := Tuple("x", Tuple(1, nilErr()))
	fmt.Printf("%T %v\n", t, t)
	fmt.Println(Curry(Add[int])(1)(2), Curry(strings.Repeat)("ab")(2))
	defer func() { fmt.Println(recover()) }()
	Must(strconv.ParseBool("perhaps"))
}

func nilErr() error { return nil }
