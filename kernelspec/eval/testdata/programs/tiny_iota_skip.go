// Iota with expressions, blanks and types.
package main

import "fmt"

type unit float64

const (
	a unit = iota * 0.5
	b
	_
	d
)

const (
	x, y = 1 << iota, 10 - iota
	z, w
)

func main() {
	fmt.Println(a, b, d, x, y, z, w)
	fmt.Printf("%T %T\n", d, w)
}
