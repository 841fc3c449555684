// Comparison of structs, arrays, interfaces, pointers and channels; blank fields are ignored.
package main

import (
	"fmt"
	"math"
)

type P struct {
	X int
	_ int
	Y any
}
type Q struct {
	p *int
	c chan int
	s string
	a [2]P
	f float64
}

func eq(a, b any) (r any) {
	defer func() {
		if e := recover(); e != nil {
			r = e
		}
	}()
	return a == b
}

func main() {
	fmt.Println(P{X: 1, Y: "a"} == P{X: 1, Y: "a"}, P{X: 1, Y: 1} == P{X: 1, Y: int64(1)})
	n, c := 1, make(chan int)
	q1 := Q{&n, c, "s", [2]P{{X: 1}, {Y: 2}}, 0}
	q2 := q1
	fmt.Println(q1 == q2)
	q2.a[1].Y = 3
	fmt.Println(q1 == q2, q1 != q2)
	q3 := q1
	q3.f = math.Copysign(0, -1)
	fmt.Println(q3 == q1)
	q3.f = math.NaN()
	fmt.Println(q3 == q3)
	fmt.Println(eq(P{Y: []int{1}}, P{Y: []int{1}}))
	fmt.Println(eq(P{X: 1, Y: []int{1}}, P{X: 2, Y: []int{1}}))
	fmt.Println(eq([1]any{1}, [1]any{1}), eq(struct{}{}, struct{}{}), eq(&n, &n), eq(1, 1.0))
	fmt.Println(eq(func() {}, 1), eq(map[int]int{}, map[int]int{}))
	m := map[Q]int{q1: 1}
	m[q1]++
	fmt.Println(m[q1], len(m))
	var e1, e2 error
	fmt.Println(e1 == e2, e1 == nil, eq(nil, e1))
}
