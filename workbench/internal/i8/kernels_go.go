package i8

import (
	"math"
	"unsafe"
)

// The kernels in pure Go. Conversions to float32 keep products from being fused with what follows.

func extremesGo(x []float32, low, high float32, bits uint32) (float32, float32, uint32) {
	for _, v := range x {
		low, high, bits = min(low, v), max(high, v), max(bits, math.Float32bits(v)&math.MaxInt32)
	}
	return low, high, bits
}

func quantizeGo(codes []uint8, x []float32, inverse float32, zero int32) {
	for k, v := range x {
		c := int32(math.RoundToEven(float64(float32(v*inverse)))) + zero
		codes[k] = uint8(max(0, min(most, c)))
	}
}

func gemmGo(mr int, g *gemmArgs) {
	const w = 16
	b, sums, step := unsafe.Slice(g.b, g.groups*4*w), unsafe.Slice(g.sums, w), unsafe.Slice(g.step, w)
	zero, rowStep := unsafe.Slice(g.zero, mr), unsafe.Slice(g.rowStep, mr)
	a, init, c := unsafe.Slice(g.a, (mr-1)*g.lda+4*g.groups), unsafe.Slice(g.init, (mr-1)*g.ldi+w), unsafe.Slice(g.c, (mr-1)*g.ldc+w)
	for r := range mr {
		var sum [w]int32
		for q, row := 0, a[r*g.lda:]; q < g.groups; q++ {
			a0, a1, a2, a3 := int32(row[4*q]), int32(row[4*q+1]), int32(row[4*q+2]), int32(row[4*q+3])
			for j, four := 0, b[4*w*q:][:4*w]; j < w; j++ {
				sum[j] += a0*int32(four[4*j]) + a1*int32(four[4*j+1]) + a2*int32(four[4*j+2]) + a3*int32(four[4*j+3])
			}
		}
		for j := range w {
			scaled := float32(float32(sum[j]-zero[r]*sums[j]) * float32(rowStep[r]*step[j]))
			c[r*g.ldc+j] = init[r*g.ldi+j] + scaled
		}
	}
}
