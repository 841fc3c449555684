package main

import "fmt"

type T struct {
	a int
	b string
	c [3]int
	d struct{ x, y float64 }
}

func mod(t T) T { t.a = 100; t.c[1] = 50; t.d.x = 1.5; return t }
func modp(t *T) { t.a = 200; t.c[2] = 60 }

func main() {
	t := T{a: 1, b: "x", c: [3]int{1, 2, 3}}
	u := t
	u.c[0] = 99
	fmt.Println(t, u, t == u)
	v := mod(t)
	fmt.Println(t, v)
	modp(&t)
	fmt.Println(t)
	arr := [2]T{t, u}
	brr := arr
	brr[0].b = "changed"
	fmt.Println(arr[0].b, brr[0].b, arr == brr)
	p := &arr
	p[1].a = -1
	for i, e := range p {
		p[i].a = 7
		fmt.Println(i, e.a)
	}
	for i, e := range arr {
		arr[1].a = 8
		fmt.Println(i, e.a)
	}
	mm := map[string]T{"k": t}
	w := mm["k"]
	w.a = 5
	fmt.Println(mm["k"].a, w.a)
	var e1, e2 any = t, t
	fmt.Println(e1 == e2, e1 == any(u))
	x := e1.(T)
	x.c[0] = 1000
	fmt.Println(e1.(T).c[0], x.c[0])
	type K struct {
		a int
		s string
	}
	ks := map[K]int{{1, "a"}: 1, {2, "b"}: 2}
	ks[K{1, "a"}] += 10
	fmt.Println(ks)
	a2 := map[[2]int]string{{1, 2}: "12"}
	fmt.Println(a2[[2]int{1, 2}], a2[[...]int{2, 1}] == "")
	var mi = map[any]string{1: "int", 1.0: "float", "1": "str", [1]int{1}: "arr", K{1, "x"}: "K", int8(1): "i8", nil: "nil", true: "bool"}
	fmt.Println(mi[1], mi[1.0], mi["1"], mi[[1]int{1}], mi[K{1, "x"}], mi[int8(1)], mi[nil], mi[true], len(mi))
	s1 := struct {
		A int
		B string
	}{1, "z"}
	s2 := struct {
		A int
		B string
	}{1, "z"}
	fmt.Println(s1 == s2, any(s1) == any(s2))
}
