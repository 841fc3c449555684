// Queues, deques and a min-stack on slices, as generic types and interfaces.
package main

import (
	"cmp"
	"fmt"
)

type Queue[T any] struct{ in, out []T }

func (q *Queue[T]) Put(v ...T) { q.in = append(q.in, v...) }
func (q *Queue[T]) Get() (v T, ok bool) {
	if len(q.out) == 0 {
		for len(q.in) > 0 {
			q.out, q.in = append(q.out, q.in[len(q.in)-1]), q.in[:len(q.in)-1]
		}
	}
	if len(q.out) == 0 {
		return v, false
	}
	v, q.out = q.out[len(q.out)-1], q.out[:len(q.out)-1]
	return v, true
}

type MinStack[T cmp.Ordered] struct{ vals, mins []T }

func (s *MinStack[T]) Push(v T) {
	s.vals = append(s.vals, v)
	if len(s.mins) == 0 || v <= s.mins[len(s.mins)-1] {
		s.mins = append(s.mins, v)
	}
}
func (s *MinStack[T]) Pop() T {
	v := s.vals[len(s.vals)-1]
	s.vals = s.vals[:len(s.vals)-1]
	if v == s.mins[len(s.mins)-1] {
		s.mins = s.mins[:len(s.mins)-1]
	}
	return v
}
func (s MinStack[T]) Min() T { return s.mins[len(s.mins)-1] }

func main() {
	var q Queue[string]
	q.Put("a", "b")
	fmt.Println(q.Get())
	q.Put("c")
	for v, ok := q.Get(); ok; v, ok = q.Get() {
		fmt.Print(v, " ")
	}
	fmt.Println(q.Get())
	var s MinStack[float64]
	for _, v := range []float64{3, 1, 2, 1} {
		s.Push(v)
		fmt.Print(s.Min(), " ")
	}
	fmt.Println(s.Pop(), s.Min(), s.Pop(), s.Pop(), s.Min())
}
