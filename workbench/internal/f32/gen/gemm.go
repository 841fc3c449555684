package main

import "fmt"

// aRows are the registers that point at rows 0, 3, 6, … of A; the two rows
// after each are reached through the row stride in DX.
var aRows = []string{"SI", "R8", "R9", "R10", "R11"}

// gemm writes the tile kernel: C (mr × 2w) = init + A (mr × k) · B (k × 2w).
// Each element of C is one chain of fused multiply-adds in the order of k, so
// its bits depend neither on mr nor on the width of the vectors. On the way it
// fetches what later tiles will read, from next on, pace bytes a turn of the loop,
// and the tile of C below; with pace 0 nothing.
func gemm(a *asm) {
	a.text("gemm", 88)
	a.i("MOVQ k+8(FP), AX")
	a.i("MOVQ a+16(FP), SI")
	a.i("MOVQ lda+24(FP), DX")
	a.i("MOVQ b+32(FP), BX")
	a.i("MOVQ init+40(FP), R12")
	a.i("MOVQ ldi+48(FP), R13")
	a.i("MOVQ c+56(FP), DI")
	a.i("SHLQ $2, DX")
	a.i("SHLQ $2, R13")
	for g := 1; 3*g < a.rows; g++ {
		a.i("LEAQ (%s)(DX*2), %s", aRows[g-1], aRows[g])
		a.i("ADDQ DX, %s", aRows[g])
	}
	a.i("MOVQ mr+0(FP), R15")
	for mr := a.rows; mr > 1; mr-- {
		a.i("CMPQ R15, $%d", mr)
		a.i("JEQ rows%d_%s", mr, a.name)
	}
	for mr := 1; mr <= a.rows; mr++ {
		a.label(fmt.Sprintf("rows%d_%s", mr, a.name))
		gemmTile(a, mr)
	}
}

// gemmTile writes the body for mr rows. Registers 0 … 2mr-1 hold the tile.
func gemmTile(a *asm, mr int) {
	zero, step, turns, pair := a.fresh("zero"), a.fresh("step"), a.fresh("turns"), a.fresh("pair")
	last, done := a.fresh("last"), a.fresh("done")
	vb := a.bytesPerVector()
	a.i("TESTQ R12, R12")
	a.i("JZ %s", zero)
	for r := range mr {
		a.i("VMOVUPS (R12), %s", a.v(2*r))
		a.i("VMOVUPS %d(R12), %s", vb, a.v(2*r+1))
		a.i("ADDQ R13, R12")
	}
	a.i("JMP %s", step)
	a.label(zero)
	for r := range 2 * mr {
		a.zero(r)
	}
	a.label(step)
	a.i("MOVQ ldc+64(FP), CX")
	a.i("SHLQ $2, CX")
	a.i("MOVQ pace+80(FP), R13")
	a.i("TESTQ R13, R13")
	a.i("JZ %s", turns)
	fetchTile(a, mr)
	a.label(turns)
	a.i("MOVQ next+72(FP), R12")
	a.i("SUBQ $%d, AX", a.unroll)
	a.i("JL %s", last)
	a.label(pair)
	a.i("PREFETCHT0 (R12)")
	a.i("ADDQ R13, R12")
	for u := range a.unroll {
		gemmStep(a, mr, u)
	}
	advance(a, mr, a.unroll)
	a.i("SUBQ $%d, AX", a.unroll)
	a.i("JGE %s", pair)
	a.label(last)
	a.i("ADDQ $%d, AX", a.unroll)
	a.i("JZ %s", done)
	gemmStep(a, mr, 0)
	a.label(done)
	for r := range mr {
		a.i("VMOVUPS %s, (DI)", a.v(2*r))
		a.i("VMOVUPS %s, %d(DI)", a.v(2*r+1), vb)
		if r+1 < mr {
			a.i("ADDQ CX, DI")
		}
	}
	a.ret()
}

// fetchTile fetches the tile of C below, whose rows lie far apart, for the next call.
func fetchTile(a *asm, mr int) {
	a.i("IMUL3Q $%d, CX, R12", mr)
	a.i("ADDQ DI, R12")
	for r := range mr {
		for at := 0; at < 2*a.bytesPerVector(); at += 64 {
			a.i("PREFETCHT0 %d(R12)", at)
		}
		if r+1 < mr {
			a.i("ADDQ CX, R12")
		}
	}
}

// gemmStep adds the products of step u (0 or 1) after the pointers.
func gemmStep(a *asm, mr, u int) {
	b0, b1 := 2*a.rows, 2*a.rows+1
	a.i("VMOVUPS %d(BX), %s", 2*u*a.bytesPerVector(), a.v(b0))
	a.i("VMOVUPS %d(BX), %s", (2*u+1)*a.bytesPerVector(), a.v(b1))
	for r := range mr {
		addr := "(" + aRows[r/3] + ")"
		if r%3 > 0 {
			addr += fmt.Sprintf("(DX*%d)", r%3)
		}
		t := a.v(b1 + 1 + r%2)
		a.i("VBROADCASTSS %d%s, %s", 4*u, addr, t)
		a.i("VFMADD231PS %s, %s, %s", a.v(b0), t, a.v(2*r))
		a.i("VFMADD231PS %s, %s, %s", a.v(b1), t, a.v(2*r+1))
	}
}

// advance moves the pointers into A and B by n steps.
func advance(a *asm, mr, n int) {
	for g := range (mr + 2) / 3 {
		a.i("ADDQ $%d, %s", 4*n, aRows[g])
	}
	a.i("ADDQ $%d, BX", 2*n*a.bytesPerVector())
}
