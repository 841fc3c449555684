package code

import (
	"go/types"
	"runtime"
	"runtime/debug"
	"slices"

	"axn/kernelspec/compiled"
	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// A register keeps its value until it is written again or the call ends, where compiled
// code lets go of a value behind its last use. That shows when a cell asks for a
// collection: then its calls let go of what they do not use again.

// collect is runtime.GC.
func collect() {
	currentThread().letGo()
	runtime.GC()
}

// freeMemory is debug.FreeOSMemory.
func freeMemory() {
	currentThread().letGo()
	debug.FreeOSMemory()
}

func init() {
	compiled.Extend("runtime", map[string]any{"GC": collect})
	compiled.Extend("runtime/debug", map[string]any{"FreeOSMemory": freeMemory})
}

// letGo clears the registers of a thread's calls whose values are not used any more. A
// debugger shows those of functions with stops.
func (th *Thread) letGo() {
	if th == nil {
		return
	}
	th.text = lastText{}
	for fr := th.top; fr != nil; fr = fr.caller {
		if fr.b == nil || fr.code.fn.f.Blocks == nil || fr.code.stops != nil {
			continue
		}
		for _, s := range fr.code.liveness().dead(int(fr.b.n), int(fr.i)) {
			memclr(at(fr, s.off), (s.t.Size()+wordSize-1)&^(wordSize-1))
		}
	}
}

// liveness knows which registers of a function are used behind each operation.
type liveness struct {
	c       *compiler
	origins [][]ssa.Instruction // of each block, what its operations and terminator were made of
	in      []offsets           // of each block
	always  offsets
	carried map[ssa.Value][]ssa.Value // what values hold as numbers: pointers that must stay as long
}

// offsets are registers.
type offsets map[uintptr]bool

// liveness finds out which registers of a function are used where.
func (code *Code) liveness() *liveness {
	if l := code.lives.Load(); l != nil {
		return l
	}
	p := code.fn.p
	p.build.Lock()
	defer p.build.Unlock()
	c := newCompiler(code.fn) // made anew: most functions never need it
	c.compile()
	l := &liveness{c: c, origins: c.origins, in: make([]offsets, len(c.f.Blocks)), always: offsets{}, carried: map[ssa.Value][]ssa.Value{}}
	for v, r := range c.places {
		if c.escapes(v) {
			l.always[r.off] = true
		}
	}
	l.findCarried()
	for _, s := range c.code.results {
		l.always[s.off] = true
	}
	for changed := true; changed; {
		changed = false
		for _, b := range slices.Backward(c.f.Blocks) {
			if in := l.before(b); len(in) > len(l.in[b.Index]) {
				l.in[b.Index], changed = in, true
			}
		}
	}
	if r := c.f.Recover; r != nil { // any operation may lead there
		for off := range l.in[r.Index] {
			l.always[off] = true
		}
	}
	code.lives.Store(l)
	return l
}

// escapes reports whether the address of a place in the frame is kept anywhere.
func (c *compiler) escapes(v ssa.Value) bool {
	if c.needsAddress(v) {
		return true
	}
	for _, in := range *v.Referrers() {
		switch in := in.(type) {
		case *ssa.FieldAddr:
			if c.escapes(in) {
				return true
			}
		case *ssa.IndexAddr:
			if c.escapes(in) {
				return true
			}
		}
	}
	return false
}

// before returns what is used from the beginning of a block on.
func (l *liveness) before(b *ssa.BasicBlock) offsets {
	live := l.after(b)
	for _, in := range slices.Backward(b.Instrs) {
		l.step(live, in)
	}
	return live
}

// after returns what is used behind a block.
func (l *liveness) after(b *ssa.BasicBlock) offsets {
	live := offsets{}
	for i, to := range b.Succs {
		for off := range l.in[to.Index] {
			live[off] = true
		}
		k := predecessor(b, to, i)
		for _, in := range to.Instrs {
			phi, ok := in.(*ssa.Phi)
			if !ok {
				break
			}
			l.use(live, phi.Edges[k])
		}
	}
	return live
}

// step takes what is used behind an instruction back to what is used from it on.
func (l *liveness) step(live offsets, in ssa.Instruction) {
	v, isValue := in.(ssa.Value)
	if isValue && l.part(v) {
		return // its operands are used where it is
	}
	if isValue && v.Referrers() != nil && l.c.register(v) != nil && l.c.places[v] == nil {
		delete(live, l.c.off(v))
	}
	if _, ok := in.(*ssa.Phi); ok {
		return
	}
	l.operands(live, in)
}

// part reports whether an instruction is done together with one that uses its value.
func (l *liveness) part(v ssa.Value) bool {
	in, ok := v.(ssa.Instruction)
	return ok && (l.c.fused[in] || l.c.absorbed(v))
}

func (l *liveness) operands(live offsets, in ssa.Instruction) {
	for _, o := range in.Operands(nil) {
		if *o != nil {
			l.use(live, *o)
		}
	}
}

func (l *liveness) use(live offsets, v ssa.Value) {
	if r := l.c.places[v]; r != nil {
		live[r.off] = true
	}
	if l.c.register(v) != nil {
		live[l.c.off(v)] = true
	}
	if l.part(v) {
		l.operands(live, v.(ssa.Instruction))
	}
	for _, of := range l.carried[v] {
		l.use(live, of)
	}
}

// findCarried finds pointers that are handed on as numbers: as arguments of calls they
// must stay until the call returns.
func (l *liveness) findCarried() {
	for _, b := range l.c.f.Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Convert:
				if types.Identical(in.X.Type().Underlying(), types.Typ[types.UnsafePointer]) {
					l.carried[in] = append(l.carried[in], in.X)
				}
			case *ssa.Store: // among the last arguments of a variadic call
				if e, ok := in.Addr.(*ssa.IndexAddr); ok && l.carried[in.Val] != nil {
					l.carried[e.X] = append(l.carried[e.X], in.Val)
				}
			case *ssa.Slice:
				if l.carried[in.X] != nil {
					l.carried[in] = append(l.carried[in], in.X)
				}
			case *ssa.Defer, *ssa.Go:
				for _, a := range in.(ssa.CallInstruction).Common().Args {
					if l.carried[a] != nil {
						l.use(l.always, a)
					}
				}
			}
		}
	}
}

// register is the register of a value, nil if it has none.
func (c *compiler) register(v ssa.Value) *register {
	if to := c.same[v]; to != nil {
		v = to
	}
	return c.regs[v]
}

// dead returns the registers with pointers that are not used behind an operation. What
// the operation itself uses it may still need, unless it calls a function here, which has
// got it.
func (l *liveness) dead(block, op int) (list []slot) {
	if block >= len(l.origins) || op >= len(l.origins[block]) {
		return nil
	}
	at := l.origins[block][op]
	b := l.c.f.Blocks[block]
	live := l.after(b)
	for _, in := range slices.Backward(b.Instrs) {
		if in == at {
			break
		}
		l.step(live, in)
	}
	if !l.hands(at) {
		l.operands(live, at)
	}
	for _, r := range l.c.list {
		if (r.zone == zonePointers || r.zone == zoneSignature) && rtype.Head(r.t).PtrBytes > 0 && !live[r.off] && !l.always[r.off] {
			list = append(list, slot{r.off, r.t})
		}
	}
	return list
}

// hands reports whether an instruction calls a function here, which has got the arguments.
func (l *liveness) hands(in ssa.Instruction) bool {
	call, ok := in.(*ssa.Call)
	if !ok {
		return false
	}
	f := call.Call.StaticCallee()
	return f != nil && f.Blocks != nil && !l.c.p.host(f).IsValid() && !slices.ContainsFunc(call.Call.Args, func(a ssa.Value) bool { return l.carried[a] != nil })
}
