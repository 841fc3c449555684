// Generic code with zero values, comparison, conversions, maps, channels, arrays and pointers of type parameters.
package main

import (
	"fmt"
	"slices"
	"unsafe"
)

type Number interface{ ~int | ~uint8 | ~float64 }

func IsZero[T comparable](v T) bool { var z T; return v == z }

func Clamp[T Number](v, lo, hi T) T { return max(lo, min(v, hi)) }

func Cast[A, B Number](s []A) []B {
	r := make([]B, len(s))
	for i := range s {
		r[i] = B(s[i])
	}
	return r
}

func Invert[K, V comparable](m map[K]V) map[V][]K {
	r := make(map[V][]K)
	for k, v := range m {
		r[v] = append(r[v], k)
	}
	return r
}

func SumArr[T Number](a [4]T) (s T) {
	for _, v := range a {
		s += v
	}
	return
}

func Send[T any](c chan<- T, vs ...T) {
	for _, v := range vs {
		c <- v
	}
	close(c)
}

func Deref[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}

type Opt[T any] struct {
	v  T
	ok bool
}

func Some[T any](v T) Opt[T]  { return Opt[T]{v, true} }
func None[T any]() (o Opt[T]) { return }
func (o Opt[T]) Or(d T) T {
	if o.ok {
		return o.v
	}
	return d
}
func (o Opt[T]) String() string { return fmt.Sprintf("Opt(%v,%t)", o.v, o.ok) }

func size[T any]() uintptr { var v T; return unsafe.Sizeof(v) }

type b byte

func main() {
	fmt.Println(IsZero(0), IsZero("x"), IsZero([2]int{}), IsZero[any](nil), IsZero(struct{ a string }{"q"}))
	fmt.Println(Clamp(15, 0, 10), Clamp(1.5, 2, 3), Clamp(b(200), 0, 100))
	fmt.Println(Cast[float64, int]([]float64{1.9, -2.9}), Cast[int, uint8]([]int{300, -1}))
	inv := Invert(map[string]bool{"a": true, "b": false, "c": true})
	slices.Sort(inv[true])
	fmt.Println(inv, SumArr([4]float64{1, 2, 3, 4}))
	c := make(chan string, 3)
	Send(c, "x", "y")
	for s := range c {
		fmt.Print(s, " ")
	}
	n := 5
	fmt.Println(Deref(&n, 0), Deref(nil, "default"))
	fmt.Println(Some(3).Or(1), None[string]().Or("none"), Some([]int{1}), None[*int]())
	fmt.Println(size[int32](), size[Opt[int64]](), size[struct{}](), Some(1) == Some(1))
	fmt.Printf("%T %T\n", Some(b(1)), None[map[string]Opt[int]]())
}
