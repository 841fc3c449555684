package main

import "fmt"

type A struct{ n int }

func (a A) V() int    { return a.n }
func (a *A) P()       { a.n++ }
func (a *A) Self() *A { return a }

type B struct {
	*A
	name string
}
type C struct {
	B
	A2 A
}
type Iface interface{ V() int }
type PI interface {
	Iface
	P()
}

func main() {
	c := C{B{&A{1}, "b"}, A{10}}
	c.P()
	fmt.Println(c.V(), c.B.V(), c.A2.V(), c.n)
	var i Iface = c
	var p PI = c
	p.P()
	fmt.Println(i.V(), p.V())
	var q PI = &c
	q.P()
	fmt.Println(c.n, q.V())
	f := c.V
	c.P()
	fmt.Println(f(), c.V())
	g := c.P
	g()
	fmt.Println(c.V())
	h := (*A).P
	h(&c.A2)
	k := A.V
	fmt.Println(k(c.A2), (*A).V(&c.A2), Iface.V(c))
	arr := [2]A{{1}, {2}}
	arr[0].P()
	for i := range arr {
		arr[i].P()
	}
	for _, a := range arr {
		a.P()
	}
	fmt.Println(arr)
	m := map[string]*A{"x": {5}}
	m["x"].P()
	fmt.Println(m["x"].Self().Self().V())
	sl := []A{{7}}
	sl[0].Self().P()
	fmt.Println(sl)
	fmt.Printf("%T %T %v\n", c.Self, f, c.A2)
}
