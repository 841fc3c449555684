// Conversions between types with identical underlying types, of functions, channels and structs with tags.
package main

import (
	"fmt"
	"strings"
)

type A struct {
	X int `json:"x"`
	Y string
}
type B struct {
	X int
	Y string `xml:"y"`
}
type Celsius float64
type Temp interface{ ~float64 }
type F func(int) int
type G func(int) int
type IntChan chan int
type Words []string

func (w Words) Join() string { return strings.Join(w, "+") }
func (f F) Twice(x int) int  { return f(f(x)) }

func avg[T Temp](ts ...T) T {
	var s T
	for _, t := range ts {
		s += t
	}
	return s / T(len(ts))
}

func main() {
	a := A{1, "y"}
	b := B(a)
	p := (*B)(&a)
	p.X = 9
	fmt.Println(a, b, *p, struct {
		X int
		Y string
	}(a))
	fmt.Println(Words{"a", "b"}.Join(), Words(strings.Fields("x y")).Join(), []string(Words{"z"}))
	f := F(func(x int) int { return x + 1 })
	g := G(f)
	fmt.Println(f.Twice(1), g(1), F(g).Twice(5))
	c := IntChan(make(chan int, 1))
	var r <-chan int = c
	c <- 4
	fmt.Println(<-r, avg(Celsius(20), 30), float64(Celsius(1.5)))
	var e any = Celsius(3)
	_, isF := e.(float64)
	fmt.Println(isF, e.(Celsius) == 3, e == any(Celsius(3)), e == any(3.0))
	type local A
	l := local(a)
	fmt.Printf("%T %+v\n", l, l)
	arr := [3]int{1, 2, 3}
	type Arr [3]int
	fmt.Println(Arr(arr) == Arr{1, 2, 3}, [3]int(Arr{4}))
	m := map[string]int{"k": 1}
	type M map[string]int
	M(m)["k"]++
	fmt.Println(m)
}
