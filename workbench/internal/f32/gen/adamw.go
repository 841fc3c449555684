package main

import "fmt"

// adamw writes a step of AdamW, without fused multiply-adds, so that its bits are
// those of Go: see AdamW.
func adamw(a *asm) {
	a.text("adamw", 48)
	for i, p := range []string{"p SI", "gradient DI", "mean R9", "square R10", "n AX", "c R11"} {
		var name, reg string
		fmt.Sscan(p, &name, &reg)
		a.i("MOVQ %s+%d(FP), %s", name, 8*i, reg)
	}
	for c := range 8 { // keep1, take1, keep2, take2, decay, rate, root, epsilon
		a.i("VBROADCASTSS %d(R11), %s", 4*c, a.v(7+c))
	}
	a.tailMask()
	still, done := a.fresh("still"), a.fresh("done")
	a.i("TESTQ DI, DI")
	a.i("JZ %s", still)
	a.each(func(tail bool) {
		a.load(tail, "DI", 1)
		a.adamwLanes(tail)
	})
	a.i("JMP %s", done)
	a.label(still)
	a.zero(1)
	a.each(a.adamwLanes)
	a.label(done)
	a.ret()
}

// adamwLanes moves the lanes whose gradient is in register 1.
func (a *asm) adamwLanes(tail bool) {
	a.load(tail, "R9", 0)
	a.op("VMULPS", 7, 0, 0)
	a.op("VMULPS", 8, 1, 2)
	a.op("VADDPS", 2, 0, 0) // mean
	a.store(tail, 0, "R9")
	a.load(tail, "R10", 2)
	a.op("VMULPS", 9, 2, 2)
	a.op("VMULPS", 10, 1, 3)
	a.op("VMULPS", 1, 3, 3)
	a.op("VADDPS", 3, 2, 2) // square
	a.store(tail, 2, "R10")
	a.i("VSQRTPS %s, %s", a.v(2), a.v(2))
	a.op("VMULPS", 13, 2, 2)
	a.op("VADDPS", 14, 2, 2)
	a.op("VMULPS", 12, 0, 0)
	a.op("VDIVPS", 2, 0, 0)
	a.load(tail, "SI", 3)
	a.op("VMULPS", 11, 3, 3)
	a.op("VSUBPS", 0, 3, 3)
	a.store(tail, 3, "SI")
}
