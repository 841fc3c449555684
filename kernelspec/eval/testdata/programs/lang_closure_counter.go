// Closures: state, generators, recursion, capture of parameters, results and receivers.
package main

import (
	"fmt"
	"slices"
)

type Acc struct{ total int }

func (a *Acc) Adder(step int) func() int {
	return func() int { a.total += step; return a.total }
}

func fibGen() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

func curry(f func(int, int, int) int) func(int) func(int) func(int) int {
	return func(a int) func(int) func(int) int {
		return func(b int) func(int) int { return func(c int) int { return f(a, b, c) } }
	}
}

func named() (f func() int, n int) {
	f = func() int { n++; return n }
	f()
	return f, n
}

func mutual(n int) bool {
	var even, odd func(int) bool
	even = func(n int) bool { return n == 0 || odd(n-1) }
	odd = func(n int) bool { return n != 0 && even(n-1) }
	return even(n)
}

func param(x int) (func(), func() int) { return func() { x *= 2 }, func() int { return x } }

func main() {
	a := &Acc{}
	f, g := a.Adder(1), a.Adder(10)
	f()
	g()
	fmt.Println(f(), a.total)
	fib := fibGen()
	for range 10 {
		fmt.Print(fib(), " ")
	}
	fmt.Println()
	fmt.Println(curry(func(a, b, c int) int { return a*100 + b*10 + c })(1)(2)(3))
	h, n := named()
	fmt.Println(h(), n)
	fmt.Println(mutual(10), mutual(7))
	dbl, get := param(3)
	dbl()
	dbl()
	fmt.Println(get())
	x := 1
	func() {
		x := x
		x = 100
		_ = x
	}()
	func() { x = 2 }()
	fmt.Println(x)
	arr := [3]int{1, 2, 3}
	mod := func() { arr[0] = 9 }
	mod()
	fmt.Println(arr)
	fs := map[string]func(...int) int{}
	for _, name := range []string{"sum", "max"} {
		fs[name] = func(v ...int) int {
			if name == "max" {
				return slices.Max(v)
			}
			t := 0
			for _, i := range v {
				t += i
			}
			return t
		}
	}
	fmt.Println(fs["sum"](1, 2, 3), fs["max"](4, 9, 2))
	fmt.Println(func(n int) int { return n * n }(7))
}
