package i8

import (
	"math"

	"golang.org/x/sys/cpu"

	"axn/workbench/internal/f32"
)

// levels lists what this machine runs, up to the level of package f32, the best last.
func levels() []level {
	all := []level{pureGo}
	if f32.Kernels() == "go" {
		return all
	}
	all = append(all, avx2)
	if cpu.X86.HasAVXVNNI {
		all = append(all, avxVNNI)
	}
	if f32.Kernels() == "avx512" && cpu.X86.HasAVX512VNNI {
		all = append(all, avx512VNNI)
	}
	return all
}

// gemm: see gemmArgs. mr is 1 … tile rows.
//
//go:noescape
func gemmAVX2(mr int, args *gemmArgs)

//go:noescape
func gemmAVXVNNI(mr int, args *gemmArgs)

//go:noescape
func gemmAVX512VNNI(mr int, args *gemmArgs)

// extremes: the least and the greatest of n values and 0, and the greatest of their bits without the
// sign. n is a multiple of 32 here and below.
//
//go:noescape
func extremesAVX2(x *float32, n int, out *[3]float32)

// quantize: codes = x·inverse rounded + zero, at least 0 and at most 255.
//
//go:noescape
func quantizeAVX2(x *float32, n int, codes *uint8, inverse float32, zero int32)

func (l level) gemm(mr int, g *gemmArgs) {
	switch l {
	case avx512VNNI:
		gemmAVX512VNNI(mr, g)
	case avxVNNI:
		gemmAVXVNNI(mr, g)
	case avx2:
		gemmAVX2(mr, g)
	default:
		gemmGo(mr, g)
	}
}

func (l level) extremes(x []float32) (low, high float32, bits uint32) {
	n := l.whole(len(x))
	if n > 0 {
		var out [3]float32
		extremesAVX2(&x[0], n, &out)
		low, high, bits = out[0], out[1], math.Float32bits(out[2])
	}
	return extremesGo(x[n:], low, high, bits)
}

func (l level) quantize(codes []uint8, x []float32, inverse float32, zero int32) {
	n := l.whole(len(x))
	if n > 0 {
		quantizeAVX2(&x[0], n, &codes[0], inverse, zero)
	}
	quantizeGo(codes[n:], x[n:], inverse, zero)
}

// whole is how many of n values the kernels of a level take.
func (l level) whole(n int) int {
	if l == pureGo {
		return 0
	}
	return n &^ 31
}
