package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("[done]")
		for i := range n {
			if !yield(i) {
				fmt.Print("[stop]")
				return
			}
		}
	}
}
func enum[T any](s ...T) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i, v := range s {
			if !yield(i, v) {
				return
			}
		}
	}
}
func filter[T any](seq iter.Seq[T], f func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range seq {
			if f(v) && !yield(v) {
				return
			}
		}
	}
}
func find(n int) (r int) {
	defer func() { r += 100 }()
	for i := range count(10) {
		for j := range count(3) {
			if i*j == n {
				return i*10 + j
			}
		}
	}
	return -1
}
func labels() string {
	s := ""
outer:
	for i := range count(4) {
		for k, v := range enum("a", "b", "c") {
			switch {
			case k == 1 && i == 1:
				continue outer
			case i == 3:
				break outer
			}
			s += fmt.Sprint(i, v)
		}
	}
	return s
}
func deferIn() {
	for i := range count(3) {
		defer fmt.Print("d", i, " ")
	}
	fmt.Print("end ")
}
func zero(yield func() bool) {
	for yield() {
	}
}

type tree struct {
	l, r *tree
	v    int
}

func (t *tree) all(yield func(int) bool) bool {
	return t == nil || t.l.all(yield) && yield(t.v) && t.r.all(yield)
}
func (t *tree) Seq() iter.Seq[int] { return func(y func(int) bool) { t.all(y) } }

func main() {
	for i := range filter(count(6), func(i int) bool { return i%2 == 1 }) {
		if i == 5 {
			break
		}
		fmt.Print(i, " ")
	}
	fmt.Println()
	fmt.Println(find(4))
	fmt.Println(labels())
	deferIn()
	fmt.Println()
	n := 0
	for range zero {
		if n++; n == 4 {
			break
		}
	}
	fmt.Println(n)
	func() {
		next, stop := iter.Pull(count(3))
		a, ok := next()
		b, _ := next()
		stop()
		_, ok2 := next()
		fmt.Println(a, ok, b, ok2)
	}()
	fmt.Println(slices.Collect(count(3)), slices.Sorted(maps.Keys(map[string]int{"z": 1, "a": 2})))
	t := &tree{&tree{nil, nil, 1}, &tree{nil, nil, 3}, 2}
	for v := range t.Seq() {
		fmt.Print(v, " ")
	}
	func() {
		defer func() { fmt.Println("rec:", recover()) }()
		for i := range count(3) {
			if i == 1 {
				panic("in body")
			}
		}
	}()
	func() {
		defer func() { fmt.Println("rec2:", recover()) }()
		bad := func(yield func(int) bool) { yield(1); yield(2) }
		for range bad {
			break
		}
	}()
	for i, v := range slices.Backward([]string{"x", "y"}) {
		fmt.Print(i, v)
	}
	for c := range slices.Chunk([]int{1, 2, 3, 4, 5}, 2) {
		fmt.Print(c)
	}
	fmt.Println(slices.Collect(maps.Values(map[int]int{1: 2})))
	var fns []func() int
	for i := range count(3) {
		fns = append(fns, func() int { i++; return i })
	}
	for _, f := range fns {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
}
