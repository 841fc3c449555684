// Shifts by variables, of constants, signed and unsigned, rotations and masks.
package main

import "fmt"

type Mask uint32

func (m Mask) Set(i uint) Mask   { return m | 1<<i }
func (m Mask) Clear(i uint) Mask { return m &^ (1 << i) }
func (m Mask) Has(i uint) bool   { return m>>i&1 == 1 }
func (m Mask) Count() (n int) {
	for ; m != 0; m &= m - 1 {
		n++
	}
	return
}

func reverse(b byte) (r byte) {
	for range 8 {
		r = r<<1 | b&1
		b >>= 1
	}
	return
}

func gray(n uint) uint { return n ^ n>>1 }

func popcount(x uint64) int {
	x -= x >> 1 & 0x5555555555555555
	x = x&0x3333333333333333 + x>>2&0x3333333333333333
	x = (x + x>>4) & 0x0f0f0f0f0f0f0f0f
	return int(x * 0x0101010101010101 >> 56)
}

func crc(p []byte) (c uint16) {
	c = 0xffff
	for _, b := range p {
		c ^= uint16(b) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return
}

func main() {
	m := Mask(0).Set(3).Set(31).Clear(3).Set(0)
	fmt.Println(m, m.Has(31), m.Has(3), m.Count())
	fmt.Printf("%08b %#x\n", reverse(0b00010110), crc([]byte("123456789")))
	for i := range uint(5) {
		fmt.Print(gray(i), " ")
	}
	fmt.Println(popcount(0xdeadbeef), popcount(1<<63))
	var s8 int8 = -128
	var u16 uint16 = 0xff00
	n := 4
	fmt.Println(s8>>1, s8>>n, s8<<1, u16<<n, u16>>n, int32(-17)>>2, uint32(1)<<31)
	fmt.Println(1<<n, uint8(1)<<7>>n, int64(1)<<n<<n, -8>>1, ^n, n&-n)
	var x uint8 = 200
	x <<= 1
	var w uint64 = 1
	w <<= 63
	w >>= 60
	fmt.Println(x, w, x^0xff, 6^3, 6&^3, 12|3)
	i := uint(65)
	fmt.Println(uint64(1)<<i, int32(-1)>>i, 1>>i)
	hash := uint32(2166136261)
	for _, c := range []byte("fnv") {
		hash = (hash ^ uint32(c)) * 16777619
	}
	fmt.Println(hash, int32(hash), uint16(hash), int8(hash))
}
