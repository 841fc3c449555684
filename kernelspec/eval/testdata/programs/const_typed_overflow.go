// Fixed-size integers wrap around; shifts beyond the width give zero or minus one.
package main

import (
	"fmt"
	"math"
)

type Bits uint8

const (
	F0 Bits = 1 << iota
	F1
	F2
)

func (b Bits) Has(f Bits) bool { return b&f != 0 }

func main() {
	var i int32 = math.MaxInt32
	i += 2
	fmt.Println(i)
	var u uint = 0
	u--
	fmt.Println(u == math.MaxUint)
	s := uint(70)
	fmt.Println(1<<s == 0, int64(-5)>>s, (^uint8(0)-55)<<s>>1, int8(s)<<1)
	b := F0 | F2
	b &^= F0
	fmt.Println(b.Has(F0), b.Has(F2), b, ^b)
	x := 0b1010_1010 ^ 0xff
	fmt.Printf("%08b %o %#x %d\n", x, 0o17, 0xBEEF, 1_000_000)
	var h uint64 = 14695981039346656037
	for _, c := range []byte("hello") {
		h ^= uint64(c)
		h *= 1099511628211
	}
	fmt.Println(h, int16(h), uint32(h>>3))
	m := math.MinInt64
	fmt.Println(m/-1 == m, m%-1, -m == m)
}
