// Typed and untyped constants in expressions.
package main

import "fmt"

const (
	k = 1 << 10
	f = k / 3.0
	i = k / 3
	r = 'a' + k/512
)

type T int8

func main() {
	var t T = k/8 - 1
	var x float32 = k
	fmt.Println(f, i, r, string(rune(r)), t, x/3)
	t++
	fmt.Println(t, -t, t-1)
	fmt.Printf("%T %T %T %T\n", f, i, r, k*1i)
}
