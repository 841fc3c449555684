// Variadic functions and methods: none, some, spread, nil, interfaces.
package main

import (
	"fmt"
	"strings"
)

type Log struct{ lines []string }

func (l *Log) Printf(f string, a ...any) *Log {
	l.lines = append(l.lines, fmt.Sprintf(f, a...))
	return l
}

func sum(first int, rest ...int) (t int, n int) {
	t = first
	for _, v := range rest {
		t += v
	}
	return t, len(rest)
}

func change(xs ...int)     { xs[0] = 99 }
func isNil(xs ...int) bool { return xs == nil }
func outer(a ...any) int   { return inner(a...) + inner(a) }
func inner(a ...any) int   { return len(a) }

type Opt func(*Log)

func New(opts ...Opt) *Log {
	l := &Log{}
	for _, o := range opts {
		o(l)
	}
	return l
}
func With(s ...string) Opt { return func(l *Log) { l.lines = append(l.lines, s...) } }

func main() {
	fmt.Println(sum(1))
	fmt.Println(sum(1, 2, 3))
	fmt.Println(sum(1, []int{4, 5}...))
	s := []int{1, 2}
	change(s...)
	fmt.Println(s, isNil(), isNil(nil...), isNil([]int{}...))
	fmt.Println(outer(), outer(1, 2), outer(nil))
	l := New(With("a", "b"), With())
	l.Printf("%d-%s", 1, "x").Printf("plain")
	fmt.Println(l.lines, len(l.lines))
	f := l.Printf
	f("%v %v", []any{1, "two"}...)
	fmt.Println(l.lines[4])
	g := func(xs ...string) int { return len(xs) }
	fmt.Printf("%d %T\n", g("a", "b"), g)
	fmt.Println(append([]string{}, strings.Split("x y", " ")...), max(1, 2, 3))
	fmt.Println(fmt.Sprint([]any{"a", 1, 2, "b"}...), fmt.Sprintln("end", 3))
}
