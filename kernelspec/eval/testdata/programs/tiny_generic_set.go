// A generic set with methods and range.
package main

import "fmt"

type Set[T comparable] map[T]struct{}

func Of[T comparable](xs ...T) Set[T] {
	s := Set[T]{}
	for _, x := range xs {
		s[x] = struct{}{}
	}
	return s
}

func (s Set[T]) Has(x T) bool { _, ok := s[x]; return ok }
func (s Set[T]) And(t Set[T]) Set[T] {
	r := Set[T]{}
	for x := range s {
		if t.Has(x) {
			r[x] = struct{}{}
		}
	}
	return r
}

func main() {
	a := Of(1, 2, 3, 2).And(Of(2, 3, 4))
	fmt.Println(len(a), a.Has(2), a.Has(1), a)
	fmt.Printf("%T\n", Of([2]string{"a"}))
}
