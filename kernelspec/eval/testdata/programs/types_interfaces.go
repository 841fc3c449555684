// Interfaces: nil, typed nil, embedding, equality, assertions to other interfaces.
package main

import "fmt"

type Shape interface {
	Area() float64
	Namer
}
type Namer interface{ Name() string }
type Square struct{ side float64 }
type Circle struct{ r float64 }

func (s Square) Area() float64  { return s.side * s.side }
func (s Square) Name() string   { return "square" }
func (c *Circle) Area() float64 { return 3 * c.r * c.r }
func (c *Circle) Name() string {
	if c == nil {
		return "no circle"
	}
	return "circle"
}

func main() {
	shapes := []Shape{Square{2}, &Circle{1}, &Square{3}}
	for _, s := range shapes {
		fmt.Printf("%s %.1f %T\n", s.Name(), s.Area(), s)
	}
	var c *Circle
	var s Shape = c
	fmt.Println(s == nil, s != nil, s.Name(), s.(*Circle) == nil)
	var n Namer = s
	_, ok := n.(Shape)
	_, ok2 := n.(fmt.Stringer)
	_, ok3 := any(Circle{}).(Shape)
	fmt.Println(ok, ok2, ok3)
	var a, b Shape = Square{1}, Square{1}
	fmt.Println(a == b, a == Shape(&Square{1}), a == any(Square{1}))
	var e any
	fmt.Printf("%v %T\n", e, e)
	e = shapes[0]
	if sq, ok := e.(Square); ok {
		fmt.Println("is", sq.side)
	}
	var err error
	fmt.Println(err == nil, err)
	m := map[Namer]int{Square{1}: 1, c: 2}
	fmt.Println(m[Square{1}], m[c], m[Square{2}])
}
