// Conversions between numbers cut, wrap and round as compiled code does.
package main

import (
	"fmt"
	"math"
)

type Celsius float64
type Fahrenheit float64

func toF(c Celsius) Fahrenheit { return Fahrenheit(c*9/5 + 32) }

func main() {
	f := 3.99
	neg := -3.99
	fmt.Println(int(f), int(neg), int64(float32(16777217)), uint8(int(f)+300))
	n := 300
	fmt.Println(int8(n), uint8(n), int16(n*200), uint32(int32(-n)))
	fmt.Printf("%.1f %T\n", toF(100), toF(100))
	var i any = int64(5)
	_, ok := i.(int)
	v, ok2 := i.(int64)
	fmt.Println(ok, v, ok2)
	fmt.Println(float64(1<<53+1), float32(0.1), float64(float32(0.1)))
	r := rune(0x4e16)
	fmt.Println(string(r), []rune("世a"), []byte("世"), string([]rune{65, 0x10ffff + 1}))
	fmt.Println(uintptr(7)+1, math.Float64bits(1.5), math.Float32frombits(0x40490fdb))
	c := complex(float32(1), 2)
	fmt.Printf("%T %v %T\n", c, complex128(c), real(c))
}
