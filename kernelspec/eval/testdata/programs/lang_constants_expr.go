// Constant expressions with len, iota formulas, runes, booleans, typed and exact arithmetic.
package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

type Flag uint8

const (
	Read Flag = 1 << iota
	Write
	Exec
	All = Read | Write | Exec
)

const (
	Pi2  = math.Pi * 2
	Big  = 1 << 62
	Tiny = Big >> 61
	Yes  = Tiny == 2 && len("four") == 4
	C    = 'a' + 2.0
	S    = "con" + "cat"
	N    = len(S)
	D    = 5.0 / 2
	I    = 5 / 2
	Q    = 3 + 4i
	R    = real(Q) * imag(Q)
)

const (
	c0 = iota * iota
	c1
	c2
	_
	c4
	name = "n"
	c6   = iota
)

func (f Flag) String() string {
	if f == 0 {
		return "none"
	}
	var s []string
	for i, n := range []string{"r", "w", "x"} {
		if f&(1<<i) != 0 {
			s = append(s, n)
		}
	}
	return strings.Join(s, "|")
}

type arr [N]int

func main() {
	fmt.Println(Read, Write, All, All&^Write, Flag(0))
	fmt.Println(Pi2, Big, Tiny, Yes, C, S, N, D, I, Q, R)
	fmt.Printf("%T %T %T %T\n", C, R, D, All)
	fmt.Println(c0, c1, c2, c4, name, c6, len(arr{}))
	const local = N * 2
	var x [local]bool
	var f32 float32 = 1 << 24
	var i8 int8 = -1 << 7
	fmt.Println(len(x), f32+1 == f32, i8, uint8(C), float32(Pi2))
	const h = "héllo"
	fmt.Println(len(h), h[1], 07, 0x1p4, 1e-2, 'x', '\'', "\u00e9")
	var d time.Duration = time.Duration(N) * time.Millisecond
	fmt.Println(d, 3*time.Second/2, math.MaxInt32+1, -5%3, 1<<3|1)
	switch {
	case Yes:
		fmt.Println("yes")
	}
}
