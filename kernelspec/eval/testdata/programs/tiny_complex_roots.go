// Roots of a quadratic over complex numbers.
package main

import (
	"fmt"
	"math/cmplx"
)

func roots(a, b, c complex128) (complex128, complex128) {
	d := cmplx.Sqrt(b*b - 4*a*c)
	return (-b + d) / (2 * a), (-b - d) / (2 * a)
}

func main() {
	fmt.Println(roots(1, -3, 2))
	x, y := roots(1, 0, 4)
	fmt.Printf("%.1f %.1f %v\n", x, y, x == cmplx.Conj(y))
	fmt.Println(real(x*y), imag(x+y))
}
