// Functions are values: in maps, slices, fields, as methods of function types, compared with nil.
package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

type Op func(float64, float64) float64

func (o Op) Apply(x ...float64) float64 {
	r := x[0]
	for _, v := range x[1:] {
		r = o(r, v)
	}
	return r
}

type Handler struct {
	on map[string][]func(string)
}

func (h *Handler) On(name string, f func(string)) {
	if h.on == nil {
		h.on = map[string][]func(string){}
	}
	h.on[name] = append(h.on[name], f)
}

func compose[A, B, C any](f func(A) B, g func(B) C) func(A) C { return func(a A) C { return g(f(a)) } }

func apply(n int, f func(int) (int, error)) (r int, err error) { return f(n) }

func main() {
	fmt.Println(Op(math.Pow).Apply(2, 3, 2), Op(func(a, b float64) float64 { return a - b }).Apply(10, 1, 2))
	var h Handler
	h.On("x", func(s string) { fmt.Println("first", s) })
	h.On("x", func(s string) { fmt.Println("second", s) })
	for _, f := range h.on["x"] {
		f("called")
	}
	fmt.Println(compose(strconv.Itoa, func(s string) int { return len(s) })(12345))
	fmt.Println(apply(4, func(n int) (int, error) { return n * n, nil }))
	var nothing func()
	fmt.Println(nothing == nil, h.on["y"] == nil)
	fs := []func(string) string{strings.ToUpper, strings.TrimSpace, func(s string) string { return "<" + s + ">" }}
	s := " go "
	for _, f := range fs {
		s = f(s)
	}
	fmt.Println(s)
	var fib func(int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	fmt.Println(fib(15))
	fmt.Printf("%T %T\n", fib, Op(nil))
}
