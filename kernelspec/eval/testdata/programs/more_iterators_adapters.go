// A small library of iterator adapters, chained.
package main

import (
	"fmt"
	"iter"
	"slices"
)

type Seq[T any] iter.Seq[T]

func From[T any](v ...T) Seq[T] { return Seq[T](slices.Values(v)) }

func Count() Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
}

func (s Seq[T]) Filter(f func(T) bool) Seq[T] {
	return func(yield func(T) bool) {
		for v := range s {
			if f(v) && !yield(v) {
				return
			}
		}
	}
}

func (s Seq[T]) Take(n int) Seq[T] {
	return func(yield func(T) bool) {
		if n <= 0 {
			return
		}
		left := n
		for v := range s {
			if left--; !yield(v) || left == 0 {
				return
			}
		}
	}
}

func (s Seq[T]) Skip(n int) Seq[T] {
	return func(yield func(T) bool) {
		k := 0
		for v := range s {
			if k++; k > n && !yield(v) {
				return
			}
		}
	}
}

func (s Seq[T]) Slice() []T { return slices.Collect(iter.Seq[T](s)) }

func Map[T, U any](s Seq[T], f func(T) U) Seq[U] {
	return func(yield func(U) bool) {
		for v := range s {
			if !yield(f(v)) {
				return
			}
		}
	}
}

func Chain[T any](ss ...Seq[T]) Seq[T] {
	return func(yield func(T) bool) {
		for _, s := range ss {
			for v := range s {
				if !yield(v) {
					return
				}
			}
		}
	}
}

func Fold[T, A any](s Seq[T], a A, f func(A, T) A) A {
	for v := range s {
		a = f(a, v)
	}
	return a
}

func Enumerate[T any](s Seq[T]) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for v := range s {
			if !yield(i, v) {
				return
			}
			i++
		}
	}
}

func Window[T any](s Seq[T], n int) Seq[[]T] {
	return func(yield func([]T) bool) {
		var w []T
		for v := range s {
			if w = append(w, v); len(w) > n {
				w = w[1:]
			}
			if len(w) == n && !yield(slices.Clone(w)) {
				return
			}
		}
	}
}

func main() {
	even := func(i int) bool { return i%2 == 0 }
	fmt.Println(Count().Filter(even).Skip(2).Take(4).Slice())
	fmt.Println(Map(Count().Take(3), func(i int) string { return fmt.Sprint("#", i) }).Slice())
	fmt.Println(Fold(Chain(From(1, 2), From(3), Count().Take(3)), 0, func(a, v int) int { return a*10 + v }))
	for i, s := range Enumerate(From("a", "b", "c")) {
		if i == 2 {
			break
		}
		fmt.Print(i, s, " ")
	}
	fmt.Println(Window(Count().Take(4), 2).Slice())
	total := 0
	for v := range Count() {
		if v > 10 {
			break
		}
		total += v
	}
	fmt.Println(total, len(From[int]().Slice()))
	fmt.Printf("%T\n", From(1.5))
}
