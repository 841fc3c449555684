// Complex numbers: literals, parts, arithmetic, printing and the cmplx package.
package main

import (
	"fmt"
	"math"
	"math/cmplx"
)

func mandel(c complex128) int {
	z := complex(0, 0)
	for i := range 50 {
		z = z*z + c
		if cmplx.Abs(z) > 2 {
			return i
		}
	}
	return 50
}

func main() {
	a := 3 + 4i
	b := complex(1, -2)
	fmt.Println(a+b, a-b, a*b, a/b)
	fmt.Println(real(a), imag(a), cmplx.Abs(a), -a, a == 3+4i)
	fmt.Printf("%v %.2f %T %T\n", b, cmplx.Sqrt(-1), a, complex64(a))
	fmt.Printf("%.3f\n", cmplx.Exp(1i*math.Pi))
	var c complex64 = 1 + 1i
	c *= c
	fmt.Println(c, cmplx.Conj(a), cmplx.IsNaN(cmplx.NaN()))
	fmt.Println(mandel(0), mandel(1), mandel(-0.75+0.1i), mandel(0.3+0.5i))
	m := map[complex128]string{1i: "i"}
	i := 1i
	fmt.Println(m[i], m[i*i] == "", i*i)
	r, theta := cmplx.Polar(1 + 1i)
	fmt.Printf("%.4f %.4f\n", r, theta)
	p := &a
	*p += 1
	fmt.Println(a, []complex128{1, 2i})
}
