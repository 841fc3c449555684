package main

import "fmt"

// Places of the numbers in an AdamWStep, in bytes, and its size.
const (
	stepBeta1, stepTake1, stepBeta2, stepTake2      = 0, 4, 8, 12
	stepKeep, stepRate, stepRoot, stepEpsilon, step = 16, 20, 24, 28, 32
)

// arguments loads arguments of eight bytes, each a name and its register.
func (a *asm) arguments(names ...string) {
	for i, p := range names {
		var name, reg string
		fmt.Sscan(p, &name, &reg)
		a.i("MOVQ %s+%d(FP), %s", name, 8*i, reg)
	}
}

// adamw writes a step of AdamW, without fused multiply-adds, so that its bits are
// those of Go: see AdamW.
func adamw(a *asm) {
	a.text("adamw", 48)
	a.arguments("p SI", "gradient DI", "mean R9", "square R10", "n AX", "s R11")
	for i := range 8 {
		a.i("VBROADCASTSS %d(R11), %s", 4*i, a.v(7+i))
	}
	number := func(at int) int { return 7 + at/4 } // its register
	a.tailMask()
	a.each(func(tail bool) {
		a.load(tail, "DI", 1)
		a.load(tail, "R9", 0)
		a.op("VMULPS", number(stepBeta1), 0, 0)
		a.op("VMULPS", number(stepTake1), 1, 2)
		a.op("VADDPS", 2, 0, 0) // mean
		a.store(tail, 0, "R9")
		a.load(tail, "R10", 2)
		a.op("VMULPS", number(stepBeta2), 2, 2)
		a.op("VMULPS", number(stepTake2), 1, 3)
		a.op("VMULPS", 1, 3, 3)
		a.op("VADDPS", 3, 2, 2) // square
		a.store(tail, 2, "R10")
		a.i("VSQRTPS %s, %s", a.v(2), a.v(2))
		a.op("VMULPS", number(stepRoot), 2, 2)
		a.op("VADDPS", number(stepEpsilon), 2, 2)
		a.op("VMULPS", number(stepRate), 0, 0)
		a.op("VDIVPS", 2, 0, 0)
		a.load(tail, "SI", 3)
		a.op("VMULPS", number(stepKeep), 3, 3)
		a.op("VSUBPS", 0, 3, 3)
		a.store(tail, 3, "SI")
	})
	a.ret()
}

// adamwStill writes steps without a gradient: see AdamWStill. A vector takes all
// steps, count of them in BX, in registers 0 (p), 1 (mean), 2 (square) and 3 (root).
func adamwStill(a *asm) {
	a.text("adamwStill", 52)
	a.arguments("p SI", "mean R9", "square R10", "n AX", "steps R11", "count BX")
	a.i("VBROADCASTSS fall+48(FP), %s", a.v(7))
	for i, at := range []int{stepBeta1, stepBeta2, stepKeep, stepEpsilon} {
		a.i("VBROADCASTSS %d(R11), %s", at, a.v(8+i))
	}
	a.tailMask()
	a.each(func(tail bool) {
		a.load(tail, "SI", 0)
		a.load(tail, "R9", 1)
		a.load(tail, "R10", 2)
		a.i("VSQRTPS %s, %s", a.v(2), a.v(3))
		a.i("MOVQ R11, R12")
		a.i("MOVQ BX, R13")
		next := a.fresh("step")
		a.label(next)
		a.op("VMULPS", 8, 1, 1)
		a.op("VMULPS", 9, 2, 2)
		a.op("VMULPS", 7, 3, 3)
		a.i("VBROADCASTSS %d(R12), %s", stepRoot, a.v(4))
		a.op("VMULPS", 3, 4, 4)
		a.op("VADDPS", 11, 4, 4)
		a.i("VBROADCASTSS %d(R12), %s", stepRate, a.v(5))
		a.op("VMULPS", 1, 5, 5)
		a.op("VDIVPS", 4, 5, 5)
		a.op("VMULPS", 10, 0, 0)
		a.op("VSUBPS", 5, 0, 0)
		a.i("ADDQ $%d, R12", step)
		a.i("DECQ R13")
		a.i("JNZ %s", next)
		a.store(tail, 0, "SI")
		a.store(tail, 1, "R9")
		a.store(tail, 2, "R10")
	})
	a.ret()
}
