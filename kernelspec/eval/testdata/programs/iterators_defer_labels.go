package main

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

type Tree[T any] struct {
	L, R *Tree[T]
	V    T
}

func (t *Tree[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) { t.push(yield) }
}
func (t *Tree[T]) push(yield func(T) bool) bool {
	return t == nil || t.L.push(yield) && yield(t.V) && t.R.push(yield)
}
func insert[T any](t *Tree[T], v T, less func(a, b T) bool) *Tree[T] {
	if t == nil {
		return &Tree[T]{V: v}
	}
	if less(v, t.V) {
		t.L = insert(t.L, v, less)
	} else {
		t.R = insert(t.R, v, less)
	}
	return t
}
func count(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		defer fmt.Println("count done")
		for i := range n {
			if !yield(i, strings.Repeat("*", i)) {
				fmt.Println("stopped at", i)
				return
			}
		}
	}
}
func zip[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		nb, stop := iter.Pull(b)
		defer stop()
		for x := range a {
			y, ok := nb()
			if !ok || !yield(x, y) {
				return
			}
		}
	}
}
func find(n int) (res string, err error) {
	defer func() {
		if err != nil {
			res = "none:" + err.Error()
		}
	}()
	for i, s := range count(10) {
		defer fmt.Println("deferred", i)
		if i == n {
			return s, nil
		}
		if i > 4 {
			return "", errors.New("too far")
		}
	}
	return "end", nil
}
func nested() string {
outer:
	for i := range count(5) {
		for j, s := range count(5) {
			switch {
			case j == 1 && i == 0:
				continue outer
			case j == 2 && i == 2:
				break outer
			case j == 3:
				return fmt.Sprint("ret", i, j, s)
			}
		}
	}
	return "fell"
}
func gotoLoop() int {
	n := 0
	for i := range count(3) {
		n += i
		if n > 100 {
			goto end
		}
	}
	n *= 2
end:
	return n
}

func main() {
	var t *Tree[string]
	for _, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t = insert(t, w, func(a, b string) bool { return a < b })
	}
	fmt.Println(slices.Collect(t.All()))
	for s := range t.All() {
		if s > "f" {
			break
		}
		fmt.Print(s, " ")
	}
	fmt.Println()
	for a, b := range zip(t.All(), slices.Values([]int{1, 2, 3})) {
		fmt.Print(a, b, ";")
	}
	fmt.Println()
	fmt.Println(find(2))
	fmt.Println(find(9))
	fmt.Println(nested(), gotoLoop())
	next, stop := iter.Pull2(count(3))
	fmt.Println(next())
	fmt.Println(next())
	stop()
	fmt.Println(next())
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		for i := range count(3) {
			if i == 1 {
				panic("in body")
			}
		}
	}()
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		bad := func(yield func(int) bool) { yield(1); yield(2) }
		for range bad {
			break
		}
	}()
	next2, stop2 := iter.Pull(func(yield func(int) bool) { yield(1); panic("gen") })
	fmt.Println(next2())
	func() {
		defer func() { fmt.Println("pull", recover()) }()
		next2()
	}()
	stop2()
	m := maps.Collect(slices.All([]string{"a", "b"}))
	fmt.Println(m, slices.Sorted(maps.Keys(m)), slices.Collect(maps.Values(map[int]int{1: 2})))
	for c := range slices.Chunk([]int{1, 2, 3, 4, 5}, 2) {
		fmt.Print(c, cap(c))
	}
	for i, x := range slices.Backward([]string{"x", "y"}) {
		fmt.Print(i, x)
	}
	fmt.Println()
	var fs []func() int
	for i := range 3 {
		fs = append(fs, func() int { i += 10; return i })
	}
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
}
