// Generic pairs of results.
package main

import (
	"cmp"
	"fmt"
)

func MinMax[T cmp.Ordered](xs ...T) (lo, hi T) {
	lo, hi = xs[0], xs[0]
	for _, x := range xs {
		lo, hi = min(lo, x), max(hi, x)
	}
	return
}

type age uint8

func main() {
	fmt.Println(MinMax(3, 1, 2))
	fmt.Println(MinMax("b", "a"))
	lo, hi := MinMax(age(3), 9, 4)
	fmt.Printf("%d %d %T\n", lo, hi, lo)
}
