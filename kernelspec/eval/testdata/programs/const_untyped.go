// Untyped constants keep their precision and take the type they need.
package main

import (
	"fmt"
	"math"
	"time"
)

const huge = 1 << 100
const third = 1.0 / 3
const mask = ^0
const letter = 'a' + 1

func main() {
	fmt.Println(huge>>98, huge/(1<<97))
	fmt.Println(third*3 == 1, float32(third))
	fmt.Printf("%T %T %T %T %T\n", mask, letter, third, 2i, "s"+"t")
	var f float64 = 7 / 2
	var g float64 = 7 / 2.0
	fmt.Println(f, g, letter, string(rune(letter)))
	var u8 uint8 = 255
	u8++
	var i8 int8 = -128
	i8--
	fmt.Println(u8, i8, -7/2, -7%2, 7&^5)
	const big = 1e3
	var n int = big
	x := 1 << 3.0
	fmt.Println(n, x, len("héllo"), math.MaxInt64, uint64(math.MaxUint64))
	d := 2 * time.Second
	fmt.Println(d, time.Duration(1.5*float64(time.Second)))
}
