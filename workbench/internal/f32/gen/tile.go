package main

// Tiles of Cholesky and its solves are 32 rows of 32 lanes, one row 128 bytes.
const tileBytes = 128

// lanes32 runs f over the registers that hold 32 lanes from register first
// on, with the byte offset of each.
func (a *asm) lanes32(first int, f func(reg string, offset int)) {
	for i := range 32 / a.w {
		f(a.v(first+i), i*a.bytesPerVector())
	}
}

// tileRow writes the part that solveTile and factorTile share: row j (R8, at
// R9) of the tile at DI minus the multiples of the rows t < j that coefficient
// names; pointer R11 moves by step bytes from one t to the next.
func tileRow(a *asm, coefficient string, step int) {
	next, end := a.fresh("next"), a.fresh("end")
	a.lanes32(0, func(r string, at int) { a.i("VMOVUPS %d(R9), %s", at, r) })
	a.i("MOVQ DI, R10")
	a.i("MOVQ R8, DX")
	a.label(next)
	a.i("SUBQ $1, DX")
	a.i("JL %s", end)
	a.i("VBROADCASTSS %s, %s", coefficient, a.v(8))
	a.lanes32(0, func(r string, at int) { a.i("VFNMADD231PS %d(R10), %s, %s", at, a.v(8), r) })
	a.i("ADDQ $%d, R10", tileBytes)
	a.i("ADDQ $%d, R11", step)
	a.i("JMP %s", next)
	a.label(end)
}

// solveTile writes the forward substitution on a tile: row j becomes
// (row j - Σ l[j][t]·row t) · inverse[j].
func solveTile(a *asm) {
	a.text("solveTile", 32)
	a.i("MOVQ l+0(FP), SI")
	a.i("MOVQ inverse+8(FP), BX")
	a.i("MOVQ tile+16(FP), DI")
	a.i("MOVQ n+24(FP), AX")
	row, done := tileLoop(a)
	a.i("MOVQ SI, R11")
	tileRow(a, "(R11)", 4)
	a.i("VBROADCASTSS (BX)(R8*4), %s", a.v(8))
	scaleRow(a)
	a.i("ADDQ $%d, SI", tileBytes)
	tileNext(a, row, done)
	a.ret()
}

// factorTile writes the Cholesky factor of a block whose columns are the rows
// of a tile. It returns the first row whose pivot is no positive number, or n.
func factorTile(a *asm) {
	a.text("factorTile", 24)
	a.i("MOVQ tile+0(FP), DI")
	a.i("MOVQ n+8(FP), AX")
	row, done := tileLoop(a)
	a.i("LEAQ (DI)(R8*4), R11")
	tileRow(a, "(R11)", tileBytes)
	a.lanes32(0, func(r string, at int) { a.i("VMOVUPS %s, %d(R9)", r, at) })
	a.i("VMOVSS (R9)(R8*4), X8")
	a.i("VXORPS X9, X9, X9")
	a.i("VUCOMISS X9, X8") // pivot > 0
	a.i("JLS %s", done)
	a.i("VUCOMISS largest<>(SB), X8")
	a.i("JHI %s", done)
	a.i("VSQRTSS X8, X8, X9")
	a.i("VMOVSS one<>(SB), X8")
	a.i("VDIVSS X9, X8, X8")
	a.i("VBROADCASTSS X8, %s", a.v(8))
	scaleRow(a)
	a.i("VMOVSS X9, (R9)(R8*4)")
	tileNext(a, row, done)
	a.i("MOVQ R8, ret+16(FP)")
	a.ret()
}

// tileLoop opens the loop over rows, tileNext closes it.
func tileLoop(a *asm) (row, done string) {
	row, done = a.fresh("row"), a.fresh("done")
	a.i("XORQ R8, R8")
	a.i("MOVQ DI, R9")
	a.label(row)
	a.i("CMPQ R8, AX")
	a.i("JGE %s", done)
	return row, done
}

func tileNext(a *asm, row, done string) {
	a.i("ADDQ $%d, R9", tileBytes)
	a.i("INCQ R8")
	a.i("JMP %s", row)
	a.label(done)
}

// scaleRow multiplies the row in registers by register 8 and stores it.
func scaleRow(a *asm) {
	a.lanes32(0, func(r string, at int) {
		a.i("VMULPS %s, %s, %s", a.v(8), r, r)
		a.i("VMOVUPS %s, %d(R9)", r, at)
	})
}
