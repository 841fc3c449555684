package main

import (
	"bytes"
	"fmt"
)

// rowBases point at rows 0, 4, 8 and 12; the three rows after each are reached by
// DX and CX, one and three strides.
var rowBases = []string{"SI", "R8", "R9", "R10"}

// rowDots writes the inner products of sixteen rows with one vector, AVX2 at both
// levels: dst[r] = Σ row r · x, each one chain of fused multiply-adds in the order
// of the columns, as gemm has it. Blocks of 8 rows × 4 columns are transposed in
// registers, while the sixteen rows that follow in memory are fetched in its order:
// reading sixteen rows at once, at strides that share cache sets, is far slower.
func rowDots(out *bytes.Buffer) {
	a := &asm{level: levels[0]}
	a.text("rowDots", 40)
	a.i("MOVQ rows+0(FP), SI")
	a.i("MOVQ stride+8(FP), DX")
	a.i("MOVQ x+16(FP), DI")
	a.i("MOVQ n+24(FP), AX")
	a.i("SHLQ $2, DX")
	a.i("LEAQ (DX)(DX*2), CX")
	for b := 1; b < 4; b++ {
		a.i("LEAQ (%s)(DX*4), %s", rowBases[b-1], rowBases[b])
	}
	a.i("LEAQ (%s)(DX*4), R11", rowBases[3])
	a.zero(14)
	a.zero(15)
	line, fours, four, ones, one, done := a.fresh("line"), a.fresh("fours"), a.fresh("four"), a.fresh("ones"), a.fresh("one"), a.fresh("done")
	a.label(line)
	a.i("SUBQ $16, AX")
	a.i("JL %s", fours)
	for c := 0; c < 16; c += 4 {
		for l := range 4 {
			a.i("PREFETCHT1 %d(R11)", 64*(c+l))
		}
		rowBlock(a, 4*c)
	}
	rowAdvance(a, 64)
	a.i("ADDQ $1024, R11")
	a.i("JMP %s", line)
	a.label(fours)
	a.i("ADDQ $16, AX")
	a.label(four)
	a.i("SUBQ $4, AX")
	a.i("JL %s", ones)
	rowBlock(a, 0)
	rowAdvance(a, 16)
	a.i("JMP %s", four)
	a.label(ones)
	a.i("MOVQ dst+32(FP), R11")
	a.i("VMOVUPS Y14, (R11)")
	a.i("VMOVUPS Y15, 32(R11)")
	a.i("ADDQ $4, AX")
	a.label(one)
	a.i("SUBQ $1, AX")
	a.i("JL %s", done)
	a.i("VMOVSS (DI), X0")
	for r := range 16 {
		a.i("VMOVSS %d(R11), X1", 4*r)
		a.i("VFMADD231SS %s, X0, X1", rowAddress(rowBases[r/4], r%4, 0))
		a.i("VMOVSS X1, %d(R11)", 4*r)
	}
	rowAdvance(a, 4)
	a.i("JMP %s", one)
	a.label(done)
	a.ret()
	out.Write(a.Bytes())
}

// halfDots writes the inner products of a panel of HalfRows with one vector: dst[r] = Σ panel[64·j+r]·x[j], each one
// chain of fused multiply-adds in the order of j. What is read two pages on is fetched.
func halfDots(a *asm) {
	a.text("halfDots", 32)
	a.i("MOVQ dst+0(FP), DI")
	a.i("MOVQ panel+8(FP), SI")
	a.i("MOVQ x+16(FP), R8")
	a.i("MOVQ n+24(FP), AX")
	sums := 64 / a.w
	for s := range sums {
		a.zero(s)
	}
	next := a.fresh("next")
	a.label(next)
	a.i("PREFETCHT0 8192(SI)")
	a.i("PREFETCHT0 8256(SI)")
	a.i("VBROADCASTSS (R8), %s", a.v(15))
	for s := range sums {
		a.i("VCVTPH2PS %d(SI), %s", 2*a.w*s, a.v(14-s%4))
		a.i("VFMADD231PS %s, %s, %s", a.v(14-s%4), a.v(15), a.v(s))
	}
	a.i("ADDQ $128, SI")
	a.i("ADDQ $4, R8")
	a.i("DECQ AX")
	a.i("JNZ %s", next)
	for s := range sums {
		a.i("VMOVUPS %s, %d(DI)", a.v(s), 4*a.w*s)
	}
	a.ret()
}

// rowAddress is r rows, 0 to 3, after a base, and so many bytes on.
func rowAddress(base string, r, offset int) string {
	return fmt.Sprintf("%d(%s)%s", offset, base, []string{"", "(DX*1)", "(DX*2)", "(CX*1)"}[r])
}

// rowBlock adds the products of four columns, so many bytes on, to the sums of
// rows 0 … 7 in Y14 and 8 … 15 in Y15.
func rowBlock(a *asm, offset int) {
	for half := range 2 {
		low, high := rowBases[2*half], rowBases[2*half+1]
		for r := range 4 { // row r in the lower half of register r, row r+4 in the upper
			a.i("VMOVUPS %s, X%d", rowAddress(low, r, offset), r)
		}
		for r := range 4 {
			a.i("VINSERTF128 $1, %s, Y%d, Y%d", rowAddress(high, r, offset), r, r)
		}
		a.i("VUNPCKLPS Y1, Y0, Y4")
		a.i("VUNPCKHPS Y1, Y0, Y5")
		a.i("VUNPCKLPS Y3, Y2, Y6")
		a.i("VUNPCKHPS Y3, Y2, Y7")
		for c := range 4 {
			a.i("VSHUFPS $0x%02x, Y%d, Y%d, Y%d", []int{0x44, 0xee}[c%2], 6+c/2, 4+c/2, 8+c)
		}
		for c := range 4 {
			a.i("VBROADCASTSS %d(DI), Y12", offset+4*c)
			a.i("VFMADD231PS Y12, Y%d, Y%d", 8+c, 14+half)
		}
	}
}

// rowAdvance moves the pointers into the rows and the vector.
func rowAdvance(a *asm, n int) {
	for _, b := range append([]string{"DI"}, rowBases...) {
		a.i("ADDQ $%d, %s", n, b)
	}
}
