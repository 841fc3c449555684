package code

import (
	"go/token"
	"reflect"

	"golang.org/x/tools/go/ssa"
)

// A loop that counts ends in the same three steps each time: the counter is raised, it is
// compared, and the body begins anew. They make one terminator.

// counter is the step of a counting loop: reg += by, then a branch on a comparison.
type counter struct {
	reg, other uintptr
	by         uintptr // register of what is added
	op         token.Token
	yes, no    edge
	late       bool // the edge's moves come before the counter is raised
}

// countingLoop recognises a block that jumps back to a block which only compares a
// counter, where its own last operation (raised) or the only one of that block raises it.
func (c *compiler) countingLoop(b *ssa.BasicBlock) *counter {
	to := b.Succs[0]
	branch, ok := to.Instrs[len(to.Instrs)-1].(*ssa.If)
	if !ok || to == b {
		return nil
	}
	cmp, ok := branch.Cond.(*ssa.BinOp)
	if !ok || c.regs[cmp] != nil || c.typ(cmp.X).Kind() != reflect.Int || c.typ(cmp.Y).Kind() != reflect.Int {
		return nil
	}
	var raise *ssa.BinOp
	late := false
	switch len(c.blocks[to.Index].ops) {
	case 0: // for i := …; i < n; i++
		raise = c.lastRaise(b)
	case 1: // for i := range …
		raise, late = c.lastRaise(to), true
	}
	if raise == nil || c.off(raise) != c.off(cmp.X) || c.off(raise.X) != c.off(raise) {
		return nil
	}
	return &counter{reg: c.off(raise), other: c.off(cmp.Y), by: c.off(raise.Y), op: cmp.Op, yes: c.edge(to, 0), no: c.edge(to, 1), late: late}
}

// lastRaise returns the last operation of a block if it adds to an int.
func (c *compiler) lastRaise(b *ssa.BasicBlock) *ssa.BinOp {
	for i := len(b.Instrs) - 2; i >= 0; i-- {
		in := b.Instrs[i]
		if v, ok := in.(ssa.Value); ok && c.absorbed(v) {
			continue
		}
		if _, ok := in.(*ssa.DebugRef); ok {
			continue
		}
		v, ok := in.(*ssa.BinOp)
		if !ok || v.Op != token.ADD || c.typ(v).Kind() != reflect.Int {
			return nil
		}
		return v
	}
	return nil
}

// count compiles the terminator of a counting loop; moves are those of the edge to the
// comparison.
func (n *counter) count(moves op) func(*frame) *block {
	r, o, by := n.reg, n.other, n.by
	yes, no, late := n.yes, n.no, n.late
	plain := moves == nil && yes.moves == nil && no.moves == nil && !yes.back && !no.back
	body, end := yes.to, no.to
	switch {
	case plain && n.op == token.LSS:
		return func(fr *frame) *block {
			if fr.thread.stop.Load() != 0 {
				fr.thread.stopped()
			}
			i := *reg[int](fr, r) + *reg[int](fr, by)
			*reg[int](fr, r) = i
			if i < *reg[int](fr, o) {
				return body
			}
			return end
		}
	case plain && n.op == token.LEQ:
		return func(fr *frame) *block {
			if fr.thread.stop.Load() != 0 {
				fr.thread.stopped()
			}
			i := *reg[int](fr, r) + *reg[int](fr, by)
			*reg[int](fr, r) = i
			if i <= *reg[int](fr, o) {
				return body
			}
			return end
		}
	}
	holds := compare[int](n.op, r, o)
	return func(fr *frame) *block {
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		if moves != nil && late {
			moves(fr)
		}
		*reg[int](fr, r) += *reg[int](fr, by)
		if moves != nil && !late {
			moves(fr)
		}
		if holds(fr) {
			return yes.follow(fr)
		}
		return no.follow(fr)
	}
}

// fuseProduct compiles a product and the sum or difference that is its only use, nil if
// there is none: x*y + z, z + x*y, z - x*y.
func (c *compiler) fuseProduct(in *ssa.BinOp) op {
	sum, ok := next(in).(*ssa.BinOp)
	if !ok || in.Op != token.MUL || len(*in.Referrers()) != 1 || (*in.Referrers())[0] != ssa.Instruction(sum) || c.regs[sum] == nil || sum.X == sum.Y {
		return nil
	}
	d, x, y := c.off(sum), c.off(in.X), c.off(in.Y)
	z, first := sum.X, false // first: the product is the first operand
	if sum.X == ssa.Value(in) {
		z, first = sum.Y, true
	}
	var o op
	switch c.typ(in).Kind() {
	case reflect.Float64:
		o = productAnd[float64](sum.Op, first, d, x, y, c.off(z))
	case reflect.Int:
		o = productAnd[int](sum.Op, first, d, x, y, c.off(z))
	}
	if o != nil {
		c.fused[sum] = true
	}
	return o
}

// productAnd rounds the product before it is added, as two operations do.
//
//go:noinline
func productAnd[T int | float64](k token.Token, first bool, d, x, y, z uintptr) op {
	switch {
	case k == token.ADD:
		return func(fr *frame) { *reg[T](fr, d) = T(*reg[T](fr, x)**reg[T](fr, y)) + *reg[T](fr, z) }
	case k == token.SUB && !first:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, z) - T(*reg[T](fr, x)**reg[T](fr, y)) }
	}
	return nil
}

// fuseElement compiles the element of an element, s[i][j], of a slice of slices of words,
// nil for others.
func (c *compiler) fuseElement(in *ssa.UnOp) op {
	outer, ok := in.X.(*ssa.IndexAddr)
	if !ok || in.Op != token.MUL || c.regs[outer] != nil || len(*in.Referrers()) != 1 || c.typ(outer.X).Kind() != reflect.Slice || !c.isInt(outer.Index) || c.typ(in).Kind() != reflect.Slice {
		return nil
	}
	inner, ok := next(in).(*ssa.IndexAddr)
	if !ok || inner.X != ssa.Value(in) || c.regs[inner] != nil || !c.isInt(inner.Index) {
		return nil
	}
	load, ok := next(inner).(*ssa.UnOp)
	if !ok || load.X != ssa.Value(inner) || load.Op != token.MUL || classOf(c.typ(load)) != class8 {
		return nil
	}
	c.fused[load] = true
	d, x, y, z := c.off(load), c.off(outer.X), c.off(outer.Index), c.off(inner.Index)
	return func(fr *frame) {
		s, i := reg[slice](fr, x), *reg[int](fr, y)
		if uint(i) >= uint(s.len) {
			bound(i, s.len)
		}
		row := (*slice)(ptr(uintptr(s.p) + uintptr(i)*3*wordSize))
		j := *reg[int](fr, z)
		if uint(j) >= uint(row.len) {
			bound(j, row.len)
		}
		*reg[uint64](fr, d) = *(*uint64)(ptr(uintptr(row.p) + uintptr(j)*8))
	}
}
