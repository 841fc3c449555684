package main

import (
	"bytes"
	"fmt"
)

// reduce combines the lanes of register i by op, VADDPS or VMAXPS, into its
// lowest lane; j is scratch. The order is fixed: halves are combined until one
// lane is left.
func (a *asm) reduce(op string, i, j int) {
	if a.reg == "Z" {
		a.i("VEXTRACTF64X4 $1, Z%d, Y%d", i, j)
		a.i("%s Y%d, Y%d, Y%d", op, j, i, i)
	}
	a.i("VEXTRACTF128 $1, Y%d, X%d", i, j)
	a.i("%s X%d, X%d, X%d", op, j, i, i)
	for _, swap := range []string{"$0x4e", "$0xb1"} {
		a.i("VPERMILPS %s, X%d, X%d", swap, i, j)
		a.i("%s X%d, X%d, X%d", op, j, i, i)
	}
}

// dot writes the inner product of two vectors: four accumulators of 16 lanes, of
// two registers each at AVX2, so that both levels add in one order; then the tail.
func dot(a *asm) {
	a.text("dot", 28)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ y+8(FP), DI")
	a.i("MOVQ n+16(FP), AX")
	per, vb := 16/a.w, a.bytesPerVector() // registers of an accumulator
	for r := range 4 * per {
		a.zero(r)
	}
	block := func(accumulators int, label, next string) {
		a.label(label)
		a.i("SUBQ $%d, AX", 16*accumulators)
		a.i("JL %s", next)
		for r := range accumulators * per {
			a.i("VMOVUPS %d(SI), %s", r*vb, a.v(8+r))
		}
		for r := range accumulators * per {
			a.i("VFMADD231PS %d(DI), %s, %s", r*vb, a.v(8+r), a.v(r))
		}
		a.i("ADDQ $%d, SI", 64*accumulators)
		a.i("ADDQ $%d, DI", 64*accumulators)
		a.i("JMP %s", label)
		a.label(next)
		a.i("ADDQ $%d, AX", 16*accumulators)
	}
	block(4, a.fresh("four"), a.fresh("fours"))
	block(1, a.fresh("one"), a.fresh("ones"))
	a.zero(8)
	scalar, done := a.fresh("scalar"), a.fresh("done")
	a.label(scalar)
	a.i("SUBQ $1, AX")
	a.i("JL %s", done)
	a.i("VMOVSS (SI), X9")
	a.i("VFMADD231SS (DI), X9, X8")
	a.i("ADDQ $4, SI")
	a.i("ADDQ $4, DI")
	a.i("JMP %s", scalar)
	a.label(done)
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		for r := range per {
			i, j := pair[0]*per+r, pair[1]*per+r
			a.i("VADDPS %s, %s, %s", a.v(j), a.v(i), a.v(i))
		}
	}
	if per == 2 {
		a.i("VADDPS Y1, Y0, Y0")
	}
	a.reduce("VADDPS", 0, 1)
	a.i("VADDSS X8, X0, X0")
	a.i("VMOVSS X0, ret+24(FP)")
	a.ret()
}

// dot4 writes the inner products of four rows with one vector, two accumulators a row.
func dot4(a *asm) {
	a.text("dot4", 56)
	a.i("MOVQ a+0(FP), SI")
	a.i("MOVQ b+8(FP), R8")
	a.i("MOVQ c+16(FP), R9")
	a.i("MOVQ d+24(FP), R10")
	a.i("MOVQ x+32(FP), DI")
	a.i("MOVQ n+40(FP), AX")
	a.i("XORQ DX, DX")
	for r := range 8 {
		a.zero(r)
	}
	rows := []string{"SI", "R8", "R9", "R10"}
	two, one, tail, scalar, done := a.fresh("two"), a.fresh("one"), a.fresh("tail"), a.fresh("scalar"), a.fresh("done")
	vb := a.bytesPerVector()
	a.label(two)
	a.i("SUBQ $%d, AX", 2*a.w)
	a.i("JL %s", one+"s")
	a.i("VMOVUPS (DI)(DX*4), %s", a.v(8))
	a.i("VMOVUPS %d(DI)(DX*4), %s", vb, a.v(9))
	for r, p := range rows {
		a.i("VFMADD231PS (%s)(DX*4), %s, %s", p, a.v(8), a.v(2*r))
		a.i("VFMADD231PS %d(%s)(DX*4), %s, %s", vb, p, a.v(9), a.v(2*r+1))
	}
	a.i("ADDQ $%d, DX", 2*a.w)
	a.i("JMP %s", two)
	a.label(one + "s")
	a.i("ADDQ $%d, AX", 2*a.w)
	a.label(one)
	a.i("SUBQ $%d, AX", a.w)
	a.i("JL %s", tail)
	a.i("VMOVUPS (DI)(DX*4), %s", a.v(8))
	for r, p := range rows {
		a.i("VFMADD231PS (%s)(DX*4), %s, %s", p, a.v(8), a.v(2*r))
	}
	a.i("ADDQ $%d, DX", a.w)
	a.label(tail)
	for r := range rows {
		a.i("VADDPS %s, %s, %s", a.v(2*r+1), a.v(2*r), a.v(2*r))
		a.reduce("VADDPS", 2*r, 9)
	}
	a.i("ANDQ $%d, AX", a.w-1)
	a.label(scalar)
	a.i("SUBQ $1, AX")
	a.i("JL %s", done)
	a.i("VMOVSS (DI)(DX*4), X8")
	for r, p := range rows {
		a.i("VFMADD231SS (%s)(DX*4), X8, X%d", p, 2*r)
	}
	a.i("ADDQ $1, DX")
	a.i("JMP %s", scalar)
	a.label(done)
	a.i("MOVQ y+48(FP), DI")
	for r := range rows {
		a.i("VMOVSS X%d, %d(DI)", 2*r, 4*r)
	}
	a.ret()
}

// axpy writes y += alpha·x.
func axpy(a *asm) {
	a.text("axpy", 32)
	a.i("VBROADCASTSS alpha+0(FP), %s", a.v(0))
	a.i("MOVQ x+8(FP), SI")
	a.i("MOVQ y+16(FP), DI")
	a.i("MOVQ n+24(FP), AX")
	two, one, scalar, done := a.fresh("two"), a.fresh("one"), a.fresh("scalar"), a.fresh("done")
	vb := a.bytesPerVector()
	a.label(two)
	a.i("SUBQ $%d, AX", 2*a.w)
	a.i("JL %s", one+"s")
	a.i("VMOVUPS (DI), %s", a.v(1))
	a.i("VMOVUPS %d(DI), %s", vb, a.v(2))
	a.i("VFMADD231PS (SI), %s, %s", a.v(0), a.v(1))
	a.i("VFMADD231PS %d(SI), %s, %s", vb, a.v(0), a.v(2))
	a.i("VMOVUPS %s, (DI)", a.v(1))
	a.i("VMOVUPS %s, %d(DI)", a.v(2), vb)
	a.i("ADDQ $%d, SI", 2*vb)
	a.i("ADDQ $%d, DI", 2*vb)
	a.i("JMP %s", two)
	a.label(one + "s")
	a.i("ADDQ $%d, AX", 2*a.w)
	a.label(one)
	a.i("SUBQ $1, AX")
	a.i("JL %s", done)
	a.label(scalar)
	a.i("VMOVSS (DI), X1")
	a.i("VFMADD231SS (SI), X0, X1")
	a.i("VMOVSS X1, (DI)")
	a.i("ADDQ $4, SI")
	a.i("ADDQ $4, DI")
	a.i("SUBQ $1, AX")
	a.i("JGE %s", scalar)
	a.label(done)
	a.ret()
}

// indexAtLeast writes the search for the first vector with a lane x[i] >= t;
// n is a multiple of w. It returns the lane's index, or n.
func indexAtLeast(a *asm) {
	a.text("indexAtLeast", 32)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ n+8(FP), AX")
	a.i("VBROADCASTSS t+16(FP), %s", a.v(0))
	a.i("XORQ DX, DX")
	next, found, done := a.fresh("next"), a.fresh("found"), a.fresh("done")
	a.label(next)
	a.i("CMPQ DX, AX")
	a.i("JGE %s", done)
	a.i("VMOVUPS (SI)(DX*4), %s", a.v(1))
	if a.reg == "Z" {
		a.i("VCMPPS $13, Z0, Z1, K1") // ordered, >=
		a.i("KMOVW K1, CX")
	} else {
		a.i("VCMPPS $13, Y0, Y1, Y1")
		a.i("VMOVMSKPS Y1, CX")
	}
	a.i("TESTL CX, CX")
	a.i("JNZ %s", found)
	a.i("ADDQ $%d, DX", a.w)
	a.i("JMP %s", next)
	a.label(found)
	a.i("BSFL CX, CX")
	a.i("ADDQ CX, DX")
	a.label(done)
	a.i("MOVQ DX, ret+24(FP)")
	a.ret()
}

// transpose writes the transposition of 8 × 8 blocks, AVX2 at both levels:
// dst[j·ldd+i] = src[i·lds+j] for 8 rows i and n columns j, n a multiple of 8. The
// 8 rows that follow in memory are fetched in its order.
func transpose(out *bytes.Buffer) {
	a := &asm{level: levels[0]}
	a.text("transpose", 40)
	a.i("MOVQ dst+0(FP), DI")
	a.i("MOVQ ldd+8(FP), CX")
	a.i("MOVQ src+16(FP), SI")
	a.i("MOVQ lds+24(FP), DX")
	a.i("MOVQ n+32(FP), AX")
	a.i("SHLQ $2, CX")
	a.i("SHLQ $2, DX")
	a.i("LEAQ (SI)(DX*8), R9")
	block, done := a.fresh("block"), a.fresh("done")
	a.label(block)
	a.i("SUBQ $8, AX")
	a.i("JL %s", done)
	a.i("MOVQ SI, R8")
	for r := range 4 { // halves of rows r and r+4 share a register
		a.i("VMOVUPS (R8), X%d", r)
		a.i("VMOVUPS 16(R8), X%d", 4+r)
		a.i("PREFETCHT0 %d(R9)", 64*r)
		a.i("ADDQ DX, R8")
	}
	for r := range 4 {
		a.i("VINSERTF128 $1, (R8), Y%d, Y%d", r, r)
		a.i("VINSERTF128 $1, 16(R8), Y%d, Y%d", 4+r, 4+r)
		if r < 3 {
			a.i("ADDQ DX, R8")
		}
	}
	for h := range 2 { // columns 4h … 4h+3
		q := 4 * h
		a.i("VUNPCKLPS Y%d, Y%d, Y8", q+1, q)
		a.i("VUNPCKHPS Y%d, Y%d, Y9", q+1, q)
		a.i("VUNPCKLPS Y%d, Y%d, Y10", q+3, q+2)
		a.i("VUNPCKHPS Y%d, Y%d, Y11", q+3, q+2)
		for c := range 4 {
			a.i("VSHUFPS $0x%02x, Y%d, Y%d, Y12", []int{0x44, 0xee}[c%2], 10+c/2, 8+c/2)
			a.i("VMOVUPS Y12, (DI)")
			a.i("ADDQ CX, DI")
		}
	}
	a.i("ADDQ $32, SI")
	a.i("ADDQ $256, R9")
	a.i("JMP %s", block)
	a.label(done)
	a.ret()
	out.Write(a.Bytes())
}

// halves writes the float16 conversions, eight at a time; n is a multiple of 8.
func halves(out *bytes.Buffer) {
	a := &asm{level: levels[0]}
	for _, name := range []string{"fromHalf", "toHalf"} {
		a.text(name, 24)
		a.i("MOVQ dst+0(FP), DI")
		a.i("MOVQ src+8(FP), SI")
		a.i("MOVQ n+16(FP), AX")
		next, done := a.fresh("next"), a.fresh("done")
		a.label(next)
		a.i("SUBQ $8, AX")
		a.i("JL %s", done)
		in, step := 32, 16
		if name == "fromHalf" {
			in, step = 16, 32
			a.i("VCVTPH2PS (SI), Y0")
			a.i("VMOVUPS Y0, (DI)")
		} else {
			a.i("VMOVUPS (SI), Y0")
			a.i("VCVTPS2PH $0, Y0, X0")
			a.i("VMOVUPS X0, (DI)")
		}
		a.i("ADDQ $%d, SI", in)
		a.i("ADDQ $%d, DI", step)
		a.i("JMP %s", next)
		a.label(done)
		a.ret()
	}
	fmt.Fprint(out, a.String())
}
