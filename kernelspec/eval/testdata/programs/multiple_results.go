// Results: several, named, forwarded as arguments, ignored, of functions and closures.
package main

import (
	"errors"
	"fmt"
)

func divmod(a, b int) (q, r int, err error) {
	if b == 0 {
		err = errors.New("division by zero")
		return
	}
	q, r = a/b, a%b
	return
}

func show(q, r int, err error) string { return fmt.Sprintf("%d %d %v", q, r, err) }

func many(prefix string, v ...any) string { return prefix + fmt.Sprint(len(v)) }

func two() (string, int) { return "n", 2 }

func swap[A, B any](a A, b B) (B, A) { return b, a }

func named() (s string, ok bool) {
	defer func() { ok = len(s) > 2 }()
	s = "ab"
	return s + "c", false
}

func rec(n int) (a, b int) {
	if n == 0 {
		return 0, 1
	}
	a, b = rec(n - 1)
	return b, a + b
}

func main() {
	fmt.Println(show(divmod(17, 5)))
	fmt.Println(show(divmod(1, 0)))
	fmt.Println(many(two()))
	fmt.Println(swap(two()))
	fmt.Println(swap(swap(1, "x")))
	_, r, _ := divmod(9, 4)
	fmt.Println(r)
	fmt.Println(named())
	fmt.Println(rec(20))
	f, g := func() (int, error) { return 1, nil }, two
	n, err := f()
	s, m := g()
	fmt.Println(n, err, s, m)
	if q, _, err := divmod(8, 2); err == nil {
		fmt.Println("q", q)
	}
	arr, p := [2]int{}, new(int)
	arr[1], *p, err = divmod(11, 3)
	fmt.Println(arr, *p, err)
	func(a, b int, e error) { fmt.Println(a+b, e) }(divmod(5, 3))
}
