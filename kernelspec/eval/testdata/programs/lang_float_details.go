// Floats: NaN, infinities, signed zero, rounding in both sizes, formatting and comparison.
package main

import (
	"fmt"
	"math"
	"slices"
)

func classify(f float64) string {
	switch {
	case f != f:
		return "nan"
	case f > math.MaxFloat64:
		return "+inf"
	case f < -math.MaxFloat64:
		return "-inf"
	case f == 0 && math.Signbit(f):
		return "-0"
	}
	return "finite"
}

func kahan(x []float64) float64 {
	s, c := 0.0, 0.0
	for _, v := range x {
		y := v - c
		t := s + y
		c = (t - s) - y
		s = t
	}
	return s
}

func main() {
	z := 0.0
	fmt.Println(1/z, -1/z, z/z, classify(z/z), classify(1/z), classify(-1/z), classify(z*-1), classify(1))
	nan := math.NaN()
	fmt.Println(nan == nan, nan < 1, nan > 1, nan != 1, !(nan >= 0), max(nan, 1), min(1, z))
	fmt.Println(0.1+0.2, float32(0.1)+float32(0.2), 0.1+0.2 == 0.3, 1e308*(10+z), 5e-324/(2+z))
	var f32 float32 = 16777216
	fmt.Println(f32+1, f32+2, float64(f32)+1, float32(1)/3, float64(float32(1)/3))
	x := make([]float64, 1000)
	for i := range x {
		x[i] = 0.1
	}
	t := 0.0
	for _, v := range x {
		t += v
	}
	fmt.Println(t == 100, kahan(x), t)
	fmt.Println(1.0, 1e6, 1e21, 1e-7, 123456789.0, 100000000000000000000000.0, float32(1e10), 3.0e0)
	fmt.Printf("%g %e %.3f %6.2f|%-8.1f|%+.1f %x %b\n", 1.5, 1.5, 2.0/3, 3.14159, 2.5, 2.5, 1.5, 1.0)
	fmt.Println(int(1e9), int64(-1.9+z), uint8(3.99e0+z), math.Round(-0.5), math.Floor(2.7), int(math.Ceil(2.1)))
	a, b := 3.0, 2.0
	a, b = b*2, a/2
	fmt.Println(a, b, a*b, -a, +b, a-b)
	i := 7
	fmt.Println(float64(i)/2, float64(i/2), i/2, 7.0/2, math.Mod(-7, 3), -7%3)
	arr := []float64{2, nan, 1, math.Inf(-1)}
	slices.Sort(arr)
	fmt.Println(arr)
}
