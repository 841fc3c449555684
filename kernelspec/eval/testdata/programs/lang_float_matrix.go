package main

import (
	"fmt"
	"math"
)

func main() {
	fs := []float64{0, -1, 2.5, 1e-10, math.Inf(1), math.NaN(), math.Copysign(0, -1), 1 << 53}
	for _, a := range fs {
		for _, b := range fs {
			fmt.Println(a+b, a-b, a*b, a/b, a < b, a <= b, a == b, a != b, a > b, a >= b, -a, float32(a)+float32(b), float32(a)*float32(b), float32(a)/float32(b), float32(a) < float32(b), min(a, b), max(a, b), a*b+a, float32(a)*float32(b)-float32(a))
			c := complex(a, b)
			d := complex(b, 1)
			e := complex64(c)
			fmt.Println(c+d, c-d, c*d, c == d, c != d, real(c), imag(e), -c, e*e, e+1)
		}
		if a > -1e9 && a < 1e9 {
			fmt.Println(int(a), int8(int(a)), int64(a), uint8(int(a)), int32(a))
		}
	}
	m := map[float64]int{math.NaN(): 1, math.NaN(): 2, 0: 3}
	m[math.Copysign(0, -1)] = 4
	fmt.Println(len(m), m[0], m[math.NaN()])
	delete(m, math.NaN())
	fmt.Println(len(m))
	var f32 float32 = 16777216
	fmt.Println(f32+1 == f32, float64(f32)+1, f32*f32*f32*f32*f32*f32)
	x := 0.1
	s := 0.0
	for range 10 {
		s += x
	}
	fmt.Println(s, s == 1, float32(s) == 1)
	const h = 1e400 / 1e390
	fmt.Println(h, 1/3.0, float32(1)/3, 2/3*3.0, 7/2*2.0, 7.0/2*2)
	fmt.Println(complex(1, 2)/complex(3, 4), (1+2i)*(3-4i), complex(math.Inf(1), 0)*1i)
}
