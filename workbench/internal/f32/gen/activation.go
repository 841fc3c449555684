package main

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"

	"axn/workbench/internal/f32/approx"
)

// constants are the vectors of sixteen equal values that kernels read, by name.
var constants = map[string]float32{
	"one": 1, "half": 0.5,
	"edge": approx.NormalEdge, "minusEdge": -approx.NormalEdge,
	"minusInf": float32(math.Inf(-1)), "largest": math.MaxFloat32,
	"lowest": approx.Lowest, "highest": -approx.Lowest, "log2e": approx.Log2e, "ln2hi": approx.Ln2Hi, "ln2lo": approx.Ln2Lo,
	"bias": math.Float32frombits(127),
}

// data writes the constants.
func data(out *bytes.Buffer) {
	for i, c := range approx.NormalP {
		constants[fmt.Sprint("normalP", i)] = c
	}
	for i, c := range approx.NormalQ {
		constants[fmt.Sprint("normalQ", i)] = c
	}
	for i, c := range approx.Exp {
		constants[fmt.Sprint("exp", i)] = c
	}
	out.WriteString("\n")
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		bits := uint64(math.Float32bits(constants[name]))
		for i := range 8 {
			fmt.Fprintf(out, "DATA %s<>+%d(SB)/8, $0x%016x\n", name, 8*i, bits<<32|bits)
		}
		fmt.Fprintf(out, "GLOBL %s<>(SB), RODATA|NOPTR, $64\n", name)
	}
	for i := range 8 { // eight lanes of ones, eight of zeros
		fmt.Fprintf(out, "DATA lanes<>+%d(SB)/8, $0x%016x\n", 8*i, []uint64{math.MaxUint64, 0}[i/4])
	}
	out.WriteString("GLOBL lanes<>(SB), RODATA|NOPTR, $64\n")
}

// tailMask prepares the mask of the last n % w lanes, n being in AX: register
// K1, or Y15.
func (a *asm) tailMask() {
	a.i("MOVQ AX, CX")
	a.i("ANDQ $%d, CX", a.w-1)
	if a.reg == "Z" {
		a.i("MOVL $1, R8")
		a.i("SHLL CX, R8")
		a.i("DECL R8")
		a.i("KMOVW R8, K1")
		return
	}
	a.i("LEAQ lanes<>+32(SB), R8")
	a.i("SHLQ $2, CX")
	a.i("SUBQ CX, R8")
	a.i("VMOVUPS (R8), Y15")
}

// each runs body over n (AX) lanes, w at a time, DX being the first; the last
// turn may be one of fewer lanes.
func (a *asm) each(body func(tail bool)) {
	next, tail, done := a.fresh("next"), a.fresh("tail"), a.fresh("done")
	a.i("XORQ DX, DX")
	a.label(next)
	a.i("LEAQ %d(DX), CX", a.w)
	a.i("CMPQ CX, AX")
	a.i("JGT %s", tail)
	body(false)
	a.i("ADDQ $%d, DX", a.w)
	a.i("JMP %s", next)
	a.label(tail)
	a.i("CMPQ DX, AX")
	a.i("JGE %s", done)
	body(true)
	a.label(done)
}

// load reads lanes of pointer p, zero beyond the tail.
func (a *asm) load(tail bool, p string, i int) {
	switch {
	case !tail:
		a.i("VMOVUPS (%s)(DX*4), %s", p, a.v(i))
	case a.reg == "Z":
		a.i("VMOVUPS.Z (%s)(DX*4), K1, Z%d", p, i)
	default:
		a.i("VMASKMOVPS (%s)(DX*4), Y15, Y%d", p, i)
	}
}

// store writes lanes to pointer p.
func (a *asm) store(tail bool, i int, p string) {
	switch {
	case !tail:
		a.i("VMOVUPS %s, (%s)(DX*4)", a.v(i), p)
	case a.reg == "Z":
		a.i("VMOVUPS Z%d, K1, (%s)(DX*4)", i, p)
	default:
		a.i("VMASKMOVPS Y%d, Y15, (%s)(DX*4)", i, p)
	}
}

// clearTail zeroes the lanes beyond the tail.
func (a *asm) clearTail(tail bool, i int) {
	switch {
	case !tail:
	case a.reg == "Z":
		a.i("VMOVAPS.Z Z%d, K1, Z%d", i, i)
	default:
		a.i("VANDPS Y15, Y%d, Y%d", i, i)
	}
}

// op writes a three-operand instruction: dst = x op y, y a constant's name or a register.
func (a *asm) op(name string, y any, x, dst int) {
	operand := ""
	switch y := y.(type) {
	case string:
		operand = y + "<>(SB)"
	case int:
		operand = a.v(y)
	}
	a.i("%s %s, %s, %s", name, operand, a.v(x), a.v(dst))
}

// activation writes a kernel x = f(x) in place, f being computed from register 0 into it, and
// one for gated layers, x = f(x)·y.
func activation(a *asm, name string, f func()) {
	a.text(name, 16)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ n+8(FP), AX")
	a.tailMask()
	a.each(func(tail bool) {
		a.load(tail, "SI", 0)
		f()
		a.store(tail, 0, "SI")
	})
	a.ret()
	a.text(name+"Mul", 24)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ y+8(FP), DI")
	a.i("MOVQ n+16(FP), AX")
	a.tailMask()
	a.each(func(tail bool) {
		a.load(tail, "SI", 0)
		f()
		a.load(tail, "DI", 1)
		a.op("VMULPS", 1, 0, 0)
		a.store(tail, 0, "SI")
	})
	a.ret()
}

// gelu is x·Φ(x).
func gelu(a *asm) {
	activation(a, "gelu", func() {
		a.op("VMINPS", "edge", 0, 1)
		a.op("VMAXPS", "minusEdge", 1, 1)
		a.op("VMULPS", 1, 1, 2)
		a.i("VMOVUPS normalP5<>(SB), %s", a.v(3))
		a.i("VMOVUPS normalQ5<>(SB), %s", a.v(4))
		for c := 4; c >= 0; c-- {
			a.op("VFMADD213PS", fmt.Sprint("normalP", c), 2, 3)
			a.op("VFMADD213PS", fmt.Sprint("normalQ", c), 2, 4)
		}
		a.op("VDIVPS", 4, 3, 3)
		a.op("VFMADD213PS", "half", 1, 3)
		a.op("VMULPS", 3, 0, 0)
	})
}

// silu is x / (1 + e^-x); beyond the highest power the quotient is 0 to rounding.
func silu(a *asm) {
	activation(a, "silu", func() {
		a.zero(1)
		a.op("VSUBPS", 0, 1, 1)
		a.op("VMINPS", "highest", 1, 1)
		exp(a, 1, 2, 3)
		a.op("VADDPS", "one", 3, 3)
		a.op("VDIVPS", 3, 0, 0)
	})
}

// softmax writes x = e^(x-max) / Σ e^(x-max) in place.
func softmax(a *asm) {
	a.text("softmax", 16)
	a.i("MOVQ x+0(FP), SI")
	a.i("MOVQ n+8(FP), AX")
	a.tailMask()
	a.i("VMOVUPS minusInf<>(SB), %s", a.v(0))
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		if tail && a.reg == "Z" {
			a.i("VMAXPS Z1, Z0, K1, Z0")
			return
		}
		if tail {
			a.i("VMOVUPS minusInf<>(SB), Y2")
			a.i("VBLENDVPS Y15, Y1, Y2, Y1")
		}
		a.op("VMAXPS", 1, 0, 0)
	})
	a.reduce("VMAXPS", 0, 1)
	a.i("VBROADCASTSS X0, %s", a.v(0))
	a.zero(6)
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		a.op("VSUBPS", 0, 1, 1)
		exp(a, 1, 2, 3)
		a.clearTail(tail, 3)
		a.op("VADDPS", 3, 6, 6)
		a.store(tail, 3, "SI")
	})
	a.reduce("VADDPS", 6, 1)
	a.i("VMOVSS one<>(SB), X1")
	a.i("VDIVSS X6, X1, X1")
	a.i("VBROADCASTSS X1, %s", a.v(6))
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		a.op("VMULPS", 6, 1, 1)
		a.store(tail, 1, "SI")
	})
	a.ret()
}

// exp sets register dst to e^x for x <= highest; x and n are overwritten.
func exp(a *asm, x, n, dst int) {
	a.op("VMAXPS", "lowest", x, x)
	a.op("VMULPS", "log2e", x, n)
	if a.reg == "Z" {
		a.i("VRNDSCALEPS $8, Z%d, Z%d", n, n)
	} else {
		a.i("VROUNDPS $8, Y%d, Y%d", n, n)
	}
	a.op("VFNMADD231PS", "ln2hi", n, x)
	a.op("VFNMADD231PS", "ln2lo", n, x)
	a.i("VMOVUPS exp4<>(SB), %s", a.v(dst))
	for _, c := range []string{"exp3", "exp2", "exp1", "exp0", "one", "one"} {
		a.op("VFMADD213PS", c, x, dst)
	}
	if a.reg == "Z" {
		a.op("VSCALEFPS", n, dst, dst)
		return
	}
	a.i("VCVTPS2DQ Y%d, Y%d", n, n)
	a.op("VPADDD", "bias", n, n)
	a.i("VPSLLD $23, Y%d, Y%d", n, n)
	a.op("VMULPS", n, dst, dst)
}

// layerNorm writes x = (x+r - mean) / sqrt(variance + eps) · gamma + beta.
func layerNorm(a *asm) {
	a.text("layerNorm", 44)
	for i, p := range []string{"x SI", "r DI", "gamma R9", "beta R10", "n AX"} {
		var name, reg string
		fmt.Sscan(p, &name, &reg)
		a.i("MOVQ %s+%d(FP), %s", name, 8*i, reg)
	}
	a.tailMask()
	a.zero(0)
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		a.load(tail, "DI", 2)
		a.op("VADDPS", 2, 1, 1)
		a.store(tail, 1, "SI")
		a.op("VADDPS", 1, 0, 0)
	})
	a.i("VXORPS X7, X7, X7")
	a.i("VCVTSI2SSQ AX, X7, X7")
	a.reduce("VADDPS", 0, 1)
	a.i("VDIVSS X7, X0, X0")
	a.i("VBROADCASTSS X0, %s", a.v(0))
	a.zero(3)
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		a.op("VSUBPS", 0, 1, 1)
		a.clearTail(tail, 1)
		a.op("VFMADD231PS", 1, 1, 3)
	})
	a.reduce("VADDPS", 3, 1)
	a.i("VDIVSS X7, X3, X3")
	a.i("VADDSS eps+40(FP), X3, X3")
	a.i("VSQRTSS X3, X3, X3")
	a.i("VMOVSS one<>(SB), X1")
	a.i("VDIVSS X3, X1, X1")
	a.i("VBROADCASTSS X1, %s", a.v(3))
	a.each(func(tail bool) {
		a.load(tail, "SI", 1)
		a.load(tail, "R9", 2)
		a.load(tail, "R10", 4)
		a.op("VSUBPS", 0, 1, 1)
		a.op("VMULPS", 3, 1, 1)
		a.op("VFMADD213PS", 4, 2, 1)
		a.store(tail, 1, "SI")
	})
	a.ret()
}
