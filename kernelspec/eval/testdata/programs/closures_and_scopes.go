package main

import "fmt"

func main() {
	// closures
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	for i := 0; i < 6; i++ {
		defer func() { fmt.Print("d", i, " ") }()
		i++
	}
	fmt.Println()
	var ptrs []*int
	for i := 0; i < 4; i++ {
		ptrs = append(ptrs, &i)
		if i == 1 {
			i++
		}
	}
	for _, p := range ptrs {
		fmt.Print(*p, " ")
	}
	fmt.Println()
	x := 1
	{
		x := x + 1
		x++
		if x := x * 2; x > 5 {
			fmt.Println("in", x)
		} else if y := x + 1; y > 0 {
			fmt.Println(y)
		}
		fmt.Println(x)
	}
	fmt.Println(x)
	acc := func() func(int) int { s := 0; return func(d int) int { s += d; return s } }
	a, b := acc(), acc()
	fmt.Println(a(1), a(2), b(10), a(3))
	var fib func(int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	fmt.Println(fib(15))
	func(xs ...int) { fmt.Println(len(xs), xs == nil) }()
	func(xs ...int) { xs[0] = 9; fmt.Println(xs) }([]int{1, 2}...)
	sl := []int{1, 2}
	func(xs ...int) { xs[0] = 9 }(sl...)
	fmt.Println(sl)
	compose := func(fs ...func(int) int) func(int) int {
		return func(x int) int {
			for _, f := range fs {
				x = f(x)
			}
			return x
		}
	}
	fmt.Println(compose(func(x int) int { return x + 1 }, func(x int) int { return x * 2 })(3))
	type op func(float64, float64) (float64, error)
	ops := map[string]op{"+": func(a, b float64) (float64, error) { return a + b, nil }, "/": func(a, b float64) (float64, error) {
		if b == 0 {
			return 0, fmt.Errorf("div by zero")
		}
		return a / b, nil
	}}
	for _, k := range []string{"+", "/"} {
		r, err := ops[k](1, 0)
		fmt.Println(k, r, err)
	}
	err := fmt.Errorf("outer")
	if _, err := fmt.Sscan("x", new(int)); err != nil {
		fmt.Println("inner:", err)
	}
	fmt.Println(err)
	var i any = x
	switch i := i.(type) {
	case int:
		i++
		fmt.Println(i)
	}
	fmt.Println(i)
	n := 0
	inc := func() int { n++; return n }
	arr := [5]int{inc(), inc(), 4: inc()}
	m := map[int]int{inc(): inc(), inc(): inc()}
	fmt.Println(arr, m, n)
	goto end
end:
	fmt.Println("end")
	for i := range 3 {
		switch i {
		case 1:
			continue
		}
		func() {
			defer func() { fmt.Print("i", i, ";") }()
		}()
	}
	var z struct {
		a, b int
		f    func() int
	}
	z.f = func() int { return z.a + z.b }
	w := z
	z.a = 5
	w.a = 7
	fmt.Println(z.f(), w.f())
	k, v := 1, 2
	k, v = v, k
	k, y := 10, k
	fmt.Println(k, v, y)
	{
		type T struct{ a int }
		type L []T
		fmt.Printf("%T %v\n", L{{1}}, L{{1}})
	}
	type T string
	fmt.Printf("%T\n", T("x"))
}
