// Depth decides between promoted names.
package main

import "fmt"

type A struct{ x int }
type B struct {
	A
	y int
}
type C struct {
	B
	x string
}

func (A) Who() string { return "A" }
func (B) Who() string { return "B" }

func main() {
	c := C{B{A{1}, 2}, "s"}
	fmt.Println(c.x, c.B.x, c.A.x, c.y, c.Who(), c.A.Who())
	c.B.A.x = 7
	fmt.Printf("%+v\n", c)
}
