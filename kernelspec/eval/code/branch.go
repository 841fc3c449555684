package code

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// edge is a way from one block to another: what phis take, and whether it leads back.
type edge struct {
	moves op // nil if nothing is to be moved
	back  bool
	to    *block
}

// edge compiles the way from a block to its i-th successor.
func (c *compiler) edge(from *ssa.BasicBlock, i int) edge {
	to := from.Succs[i]
	e := edge{back: to.Index <= from.Index, to: c.blocks[to.Index]}
	k := predecessor(from, to, i)
	var list []move
	var temps []uintptr
	written, conflict := map[uintptr]bool{}, false
	for _, in := range to.Instrs {
		phi, ok := in.(*ssa.Phi)
		if !ok {
			break
		}
		v := phi.Edges[k]
		if v == ssa.Value(phi) || c.same[v] == ssa.Value(phi) {
			written[c.off(phi)] = true
			continue
		}
		m := newMove(c.typ(phi), c.off(phi), c.off(v))
		conflict = conflict || written[m.s]
		written[m.d] = true
		list, temps = append(list, m), append(temps, c.temps[phi].off)
	}
	e.moves = edgeMoves(list, temps, conflict)
	return e
}

// predecessor returns which predecessor of to the i-th successor edge of from is.
func predecessor(from, to *ssa.BasicBlock, i int) int {
	nth := 0
	for _, s := range from.Succs[:i] {
		if s == to {
			nth++
		}
	}
	for k, p := range to.Preds {
		if p == from {
			if nth == 0 {
				return k
			}
			nth--
		}
	}
	panic("block without its predecessor")
}

func edgeMoves(list []move, temps []uintptr, conflict bool) op {
	switch {
	case len(list) == 0:
		return nil
	case conflict:
		return func(fr *frame) {
			for i := range list {
				m := &list[i]
				copyValue(m.class, m.t, at(fr, temps[i]), at(fr, m.s))
			}
			for i := range list {
				m := &list[i]
				copyValue(m.class, m.t, at(fr, m.d), at(fr, temps[i]))
			}
		}
	case len(list) == 1 && list[0].class == class8:
		d, s := list[0].d, list[0].s
		return func(fr *frame) { *reg[uint64](fr, d) = *reg[uint64](fr, s) }
	case len(list) == 2 && list[0].class == class8 && list[1].class == class8:
		d, s, d1, s1 := list[0].d, list[0].s, list[1].d, list[1].s
		return func(fr *frame) {
			*reg[uint64](fr, d) = *reg[uint64](fr, s)
			*reg[uint64](fr, d1) = *reg[uint64](fr, s1)
		}
	}
	return func(fr *frame) {
		for i := range list {
			list[i].between(fr, fr)
		}
	}
}

// follow goes along an edge.
func (e *edge) follow(fr *frame) *block {
	if e.back && fr.thread.stop.Load() != 0 {
		fr.thread.stopped()
	}
	if e.moves != nil {
		e.moves(fr)
	}
	return e.to
}

// terminator compiles the end of a block.
func (c *compiler) terminator(b *ssa.BasicBlock, in ssa.Instruction) func(*frame) *block {
	switch in := in.(type) {
	case *ssa.Jump:
		return c.jump(b)
	case *ssa.If:
		return c.branch(b, in)
	case *ssa.Return:
		return c.ret(in)
	case *ssa.Panic:
		if t := c.rangePanic(b, in); t != nil {
			return t
		}
		x := c.off(in.X)
		return func(fr *frame) *block { panic(*reg[any](fr, x)) }
	}
	panic(fmt.Sprintf("terminator %T", in))
}

// jump compiles a jump. Where the block jumped to does nothing but branch, the branch is
// taken at once.
func (c *compiler) jump(b *ssa.BasicBlock) func(*frame) *block {
	e := c.edge(b, 0)
	to, moves := e.to, e.moves
	_, branches := b.Succs[0].Instrs[len(b.Succs[0].Instrs)-1].(*ssa.If)
	branches = branches && len(to.ops) == 0 && b.Succs[0] != b
	if e.back {
		if n := c.countingLoop(b); n != nil {
			if nb := c.blocks[b.Index]; len(to.ops) == 0 {
				nb.ops, nb.pos = nb.ops[:len(nb.ops)-1], nb.pos[:len(nb.pos)-1]
			}
			return n.count(moves)
		}
	}
	switch {
	case branches && e.back && moves == nil:
		return func(fr *frame) *block {
			if fr.thread.stop.Load() != 0 {
				fr.thread.stopped()
			}
			return to.term(fr)
		}
	case branches && e.back:
		return func(fr *frame) *block {
			if fr.thread.stop.Load() != 0 {
				fr.thread.stopped()
			}
			moves(fr)
			return to.term(fr)
		}
	case e.back:
		return func(fr *frame) *block { return e.follow(fr) }
	case moves != nil:
		return func(fr *frame) *block { moves(fr); return to }
	}
	return func(*frame) *block { return to }
}

// branch compiles an if.
func (c *compiler) branch(b *ssa.BasicBlock, in *ssa.If) func(*frame) *block {
	yes, no := c.edge(b, 0), c.edge(b, 1)
	simple := yes.moves == nil && no.moves == nil && !yes.back && !no.back
	if cmp, ok := in.Cond.(*ssa.BinOp); ok && c.regs[cmp] == nil {
		if simple {
			if t := c.compareBranch(cmp, yes.to, no.to); t != nil {
				return t
			}
		}
		cond := c.condition(cmp)
		return func(fr *frame) *block {
			if cond(fr) {
				return yes.follow(fr)
			}
			return no.follow(fr)
		}
	}
	x := c.off(in.Cond)
	if simple {
		t1, t2 := yes.to, no.to
		return func(fr *frame) *block {
			if *reg[bool](fr, x) {
				return t1
			}
			return t2
		}
	}
	return func(fr *frame) *block {
		if *reg[bool](fr, x) {
			return yes.follow(fr)
		}
		return no.follow(fr)
	}
}

// ret compiles a return.
func (c *compiler) ret(in *ssa.Return) func(*frame) *block {
	var list []move
	for i, v := range in.Results {
		r := c.code.results[i]
		list = append(list, newMove(r.t, r.off, c.off(v)))
	}
	switch {
	case len(list) == 0:
		return func(*frame) *block { return nil }
	case len(list) == 1 && list[0].class == class8:
		d, s := list[0].d, list[0].s
		return func(fr *frame) *block { *reg[uint64](fr, d) = *reg[uint64](fr, s); return nil }
	}
	return func(fr *frame) *block {
		for i := range list {
			list[i].between(fr, fr)
		}
		return nil
	}
}

func isComparison(k token.Token) bool {
	switch k {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}
