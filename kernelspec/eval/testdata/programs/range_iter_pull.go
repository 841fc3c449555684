// iter.Pull turns a push iterator into next and stop; adapters compose.
package main

import (
	"fmt"
	"iter"
	"slices"
)

func naturals(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func take[T any](s iter.Seq[T], n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		if n <= 0 {
			return
		}
		i := 0
		for v := range s {
			if !yield(v) {
				return
			}
			if i++; i == n {
				return
			}
		}
	}
}

func mapped[T, U any](s iter.Seq[T], f func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) { s(func(v T) bool { return yield(f(v)) }) }
}

func zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		for x := range a {
			y, ok := next()
			if !ok || !yield(x, y) {
				return
			}
		}
	}
}

func main() {
	next, stop := iter.Pull(naturals)
	fmt.Println(next())
	fmt.Println(next())
	stop()
	fmt.Println(next())
	sq := mapped(naturals, func(i int) string { return fmt.Sprint(i * i) })
	fmt.Println(slices.Collect(take(sq, 5)))
	for i, s := range zip(take(naturals, 3), slices.Values([]string{"a", "b", "c", "d"})) {
		fmt.Print(i, s, " ")
	}
	fmt.Println()
	n2, stop2 := iter.Pull2(slices.All([]string{"x", "y"}))
	defer stop2()
	for {
		i, s, ok := n2()
		if !ok {
			break
		}
		fmt.Print(i, s, " ")
	}
	fmt.Println()
}
