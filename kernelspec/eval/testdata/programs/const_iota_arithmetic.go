package main

import (
	"fmt"
	"math"
)

const (
	_  = iota
	KB = 1 << (10 * iota)
	MB
	GB
)
const (
	A, B = iota, iota * 10
	C, D
	_, _
	E, F
)
const (
	x0 = "s"
	x1
	x2 = iota
	x3
	x4 float64 = iota / 2.0
	x5
)

type W int

const (
	Mon W = iota + 1
	Tue
	Wed
)

func (w W) String() string { return [...]string{"?", "Mon", "Tue", "Wed"}[w] }

const big = 1 << 100
const third = 1.0 / 3
const mask = ^uint32(0)
const c = 'a' + 1
const cplx = 2i * 2i

func main() {
	fmt.Println(KB, MB, GB, A, B, C, D, E, F, x0, x1, x2, x3, x4, x5)
	fmt.Println(Mon, Tue, Wed, Mon+1, W(3))
	fmt.Printf("%d %v %s %x\n", Tue, Tue, Tue, Tue)
	fmt.Println(big>>98, third, mask, c, string(rune(c)), cplx)
	fmt.Println(math.MaxInt64, uint64(math.MaxUint64), math.SmallestNonzeroFloat64, math.MaxFloat32)
	var i8 int8 = 127
	i8++
	var u8 uint8 = 0
	u8--
	var u16 uint16 = 65535
	u16 += 2
	var i32 int32 = math.MinInt32
	i32 = -i32
	fmt.Println(i8, u8, u16, i32, i32-1)
	var s uint = 70
	fmt.Println(1<<s == 0, int64(1)<<62, uint64(1)<<63, -5>>1, -5/2, -5%3, 5%-3, uint8(200)>>3, int8(-128)>>7)
	var sh int = 33
	fmt.Println(int32(1)<<sh, uint32(1)<<31>>sh, int64(1)<<sh, int8(-1)>>sh)
	fmt.Println(7&^5, 6|9, 6^3, ^7, -7&0xff)
	var f32 float32 = 0.1
	fmt.Println(f32, float64(f32), f32*3, float32(1)/3, 0.1+0.2, 1e21, 1e20, 1e-7, 100000000.0)
	fmt.Println(math.Inf(1), math.NaN(), -math.Inf(1), math.Copysign(0, -1), 1/math.Inf(-1))
	fmt.Println(int(f32*39), int(-f32*39), uint8(int(300)&0xff), int64(float32(16777217)))
	var fl = 1e10
	fmt.Println(int32(int64(fl)), uint32(int64(fl)), int64(fl))
	fmt.Println(5.0/2, 5/2, 5/2.0, 'a'*2, "s"+"t", len("héllo"), 07, 0b101, 0x_ff, 1_000, 0o17, 0x1p-2)
	fmt.Println(real(cplx), imag(3+4i), complex(1, 2)*complex(3, -1), complex64(1+2i)/complex64(1i))
}
