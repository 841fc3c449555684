// Copies of structs with arrays, slices and pointers.
package main

import "fmt"

type inner struct {
	a [2]int
	s []int
	p *int
}
type outer struct {
	inner
	n int
}

func main() {
	x := 1
	o := outer{inner{[2]int{1, 2}, []int{1, 2}, &x}, 3}
	c := o
	c.a[0], c.s[0], *c.p, c.n = 9, 9, 9, 9
	fmt.Println(o.a, o.s, *o.p, o.n)
	f := func(v outer) outer { v.a[1] = 7; return v }
	d := f(o)
	fmt.Println(o.a, d.a, d.p == o.p)
}
