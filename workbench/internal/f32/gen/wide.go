package main

// Kernels of float32 rows with float64 vectors: w/2 lanes a step, each widened
// as it is read.

// wide opens the loop over w/2 lanes at SI (float32) and DI (float64), n in AX:
// body is run with four registers' distance for r = 0 … 3, then once a step, and
// rest for what is left, one lane at a time.
func (a *asm) wide(body func(r int), rest func()) {
	four, one, scalar, done := a.fresh("four"), a.fresh("one"), a.fresh("scalar"), a.fresh("done")
	lanes := a.w / 2
	for _, turn := range []struct {
		label, next string
		steps       int
	}{{four, one, 4}, {one, scalar, 1}} {
		a.label(turn.label)
		a.i("SUBQ $%d, AX", turn.steps*lanes)
		a.i("JL %s", turn.next+"s")
		for r := range turn.steps {
			body(r)
		}
		a.i("ADDQ $%d, SI", turn.steps*lanes*4)
		a.i("ADDQ $%d, DI", turn.steps*lanes*8)
		a.i("JMP %s", turn.label)
		a.label(turn.next + "s")
		a.i("ADDQ $%d, AX", turn.steps*lanes)
	}
	a.label(scalar)
	a.i("SUBQ $1, AX")
	a.i("JL %s", done)
	rest()
	a.i("ADDQ $4, SI")
	a.i("ADDQ $8, DI")
	a.i("JMP %s", scalar)
	a.label(done)
}

// widen reads w/2 lanes at SI, r steps on, into register i.
func (a *asm) widen(r, i int) {
	a.i("VCVTPS2PD %d(SI), %s", r*2*a.w, a.v(i))
}

// dotWide writes the inner product of a float32 and a float64 vector.
func dotWide(a *asm) {
	a.text("dotWide", 32)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ y+8(FP), DI")
	a.i("MOVQ n+16(FP), AX")
	for r := range 4 {
		a.zero(r)
	}
	a.zero(8)
	a.wide(func(r int) {
		a.widen(r, 4+r)
		a.i("VFMADD231PD %d(DI), %s, %s", r*4*a.w, a.v(4+r), a.v(r))
	}, func() {
		a.i("VCVTSS2SD (SI), X4, X4")
		a.i("VFMADD231SD (DI), X4, X8")
	})
	a.i("VADDPD %s, %s, %s", a.v(1), a.v(0), a.v(0))
	a.i("VADDPD %s, %s, %s", a.v(3), a.v(2), a.v(2))
	a.i("VADDPD %s, %s, %s", a.v(2), a.v(0), a.v(0))
	if a.reg == "Z" {
		a.i("VEXTRACTF64X4 $1, Z0, Y1")
		a.i("VADDPD Y1, Y0, Y0")
	}
	a.i("VEXTRACTF128 $1, Y0, X1")
	a.i("VADDPD X1, X0, X0")
	a.i("VPERMILPD $1, X0, X1")
	a.i("VADDSD X1, X0, X0")
	a.i("VADDSD X8, X0, X0")
	a.i("VMOVSD X0, ret+24(FP)")
	a.ret()
}

// axpyWide writes y += alpha·x for float32 x and float64 alpha and y.
func axpyWide(a *asm) {
	a.text("axpyWide", 32)
	a.i("VBROADCASTSD alpha+0(FP), %s", a.v(0))
	a.i("MOVQ x+8(FP), SI")
	a.i("MOVQ y+16(FP), DI")
	a.i("MOVQ n+24(FP), AX")
	a.wide(func(r int) {
		a.widen(r, 1+r)
		a.i("VFMADD213PD %d(DI), %s, %s", r*4*a.w, a.v(0), a.v(1+r))
		a.i("VMOVUPD %s, %d(DI)", a.v(1+r), r*4*a.w)
	}, func() {
		a.i("VCVTSS2SD (SI), X1, X1")
		a.i("VFMADD213SD (DI), X0, X1")
		a.i("VMOVSD X1, (DI)")
	})
	a.ret()
}
