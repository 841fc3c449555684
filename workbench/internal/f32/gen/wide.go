package main

// Kernels of float32 rows with float64 vectors, widened as they are read: eight
// lanes a step, two registers at AVX2, so that both levels add in one order.

// wideRegisters is how many registers hold a step's lanes.
func (a *asm) wideRegisters() int { return 16 / a.w }

// wide writes the loop over the lanes at SI (float32) and DI (float64), n in AX:
// four steps a turn, then one, then rest for what is left, one lane at a time. body
// is run for every register r of a turn.
func (a *asm) wide(body func(r int), rest func()) {
	four, one, scalar, done := a.fresh("four"), a.fresh("one"), a.fresh("scalar"), a.fresh("done")
	for _, turn := range []struct {
		label, next string
		steps       int
	}{{four, one, 4}, {one, scalar, 1}} {
		a.label(turn.label)
		a.i("SUBQ $%d, AX", turn.steps*8)
		a.i("JL %s", turn.next+"s")
		for r := range turn.steps * a.wideRegisters() {
			body(r)
		}
		a.i("ADDQ $%d, SI", turn.steps*32)
		a.i("ADDQ $%d, DI", turn.steps*64)
		a.i("JMP %s", turn.label)
		a.label(turn.next + "s")
		a.i("ADDQ $%d, AX", turn.steps*8)
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

// widen reads w/2 lanes at SI, r registers on, into register i.
func (a *asm) widen(r, i int) {
	a.i("VCVTPS2PD %d(SI), %s", r*2*a.w, a.v(i))
}

// dotWide writes the inner product of a float32 and a float64 vector.
func dotWide(a *asm) {
	a.text("dotWide", 32)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ y+8(FP), DI")
	a.i("MOVQ n+16(FP), AX")
	per := a.wideRegisters()
	for r := range 4 * per {
		a.zero(r)
	}
	a.zero(8)
	a.wide(func(r int) {
		a.widen(r, 9+r%per)
		a.i("VFMADD231PD %d(DI), %s, %s", r*4*a.w, a.v(9+r%per), a.v(r))
	}, func() {
		a.i("VCVTSS2SD (SI), X9, X9")
		a.i("VFMADD231SD (DI), X9, X8")
	})
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		for r := range per {
			i, j := pair[0]*per+r, pair[1]*per+r
			a.i("VADDPD %s, %s, %s", a.v(j), a.v(i), a.v(i))
		}
	}
	if a.reg == "Z" {
		a.i("VEXTRACTF64X4 $1, Z0, Y1")
	}
	a.i("VADDPD Y1, Y0, Y0")
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
