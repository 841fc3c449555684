// Wrap-around at the limits of all integer types.
package main

import (
	"fmt"
	"math"
)

func main() {
	var a int8 = math.MaxInt8
	var b uint16 = math.MaxUint16
	var c int32 = math.MinInt32
	var d uint64 = math.MaxUint64
	var e int64 = math.MaxInt64
	a++
	b++
	c--
	d++
	e++
	fmt.Println(a, b, c, d, e)
	fmt.Println(-a, ^b, uint8(a), int8(b-1), c/-1, uint32(c))
}
