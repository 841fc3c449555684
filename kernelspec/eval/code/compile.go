package code

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// compiler compiles one function.
type compiler struct {
	p      *Program
	f      *ssa.Function
	code   *Code
	list   []*register
	regs   map[ssa.Value]*register
	places map[ssa.Value]*register  // local variables that lie in the frame
	same   map[ssa.Value]ssa.Value  // values that share the register of a phi
	fused  map[ssa.Instruction]bool // part of another operation
	temps  map[*ssa.Phi]*register
	blocks []*block

	origins [][]ssa.Instruction // what the operations of each block were made of
}

func newCompiler(fn *Func) *compiler {
	return &compiler{p: fn.p, f: fn.f, code: &Code{fn: fn, number: fn.p.codes.Add(1)},
		regs: map[ssa.Value]*register{}, places: map[ssa.Value]*register{}, same: map[ssa.Value]ssa.Value{}, fused: map[ssa.Instruction]bool{}, temps: map[*ssa.Phi]*register{}}
}

// compile compiles the function. It is called with the program's build lock held.
func (c *compiler) compile() *Code {
	f := c.f
	if host := c.p.host(f); host.IsValid() {
		return c.compileHost(host)
	}
	if f.Blocks == nil && f.Pkg != nil {
		f.Pkg.Build()
	}
	if f.Blocks == nil {
		if f.Synthetic == "package initializer" || f.Name() == "init" && f.Signature.Recv() == nil {
			c.layout()
			c.code.entry = &block{term: func(*frame) *block { return nil }, pos: []token.Pos{token.NoPos}}
			return c.code
		}
		panic("it has no body here")
	}
	c.p.types.Within(typeArgs(f))
	defer c.p.types.Within(nil)
	c.kinds()
	c.parameters()
	c.registers()
	c.coalesce()
	c.layout()
	c.slots()
	for i := range f.Blocks {
		c.blocks = append(c.blocks, &block{n: int32(i)})
	}
	c.origins = make([][]ssa.Instruction, len(f.Blocks))
	for i, b := range f.Blocks {
		c.operations(c.blocks[i], b)
	}
	for i, b := range f.Blocks {
		last := b.Instrs[len(b.Instrs)-1]
		c.blocks[i].term = c.terminator(b, last)
		c.blocks[i].pos = append(c.blocks[i].pos, c.pos(last))
		c.origins[i] = append(c.origins[i], last)
	}
	c.inheritStops()
	c.code.entry = c.blocks[0]
	if f.Recover != nil {
		c.code.recover = c.blocks[f.Recover.Index]
	}
	return c.code
}

// typeArgs returns the type arguments that a function, or the one that it stands in, has.
func typeArgs(f *ssa.Function) []types.Type {
	for f.Parent() != nil {
		f = f.Parent()
	}
	return f.TypeArgs()
}

// kinds finds out what sort of function it is.
func (c *compiler) kinds() {
	f := c.f
	if f.Synthetic == "package initializer" && f.Pkg.Pkg.Path() == "main" {
		c.code.cell, c.code.defers = true, true
	}
	if f.Parent() != nil && f.Parent().Synthetic == "package initializer" {
		c.p.mu.Lock()
		c.code.group = c.p.groups[f.Pos()]
		c.p.mu.Unlock()
	}
	for _, prefix := range []string{"wrapper", "bound", "thunk", "instantiation wrapper"} {
		c.code.wrapper = c.code.wrapper || strings.HasPrefix(f.Synthetic, prefix)
	}
	for _, b := range f.Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Defer, *ssa.RunDefers:
				c.code.defers = c.code.defers || !c.code.group
			case *ssa.Call:
				if bi, ok := in.Call.Value.(*ssa.Builtin); ok && bi.Name() == "ssa:deferstack" {
					c.code.defers = c.code.defers || !c.code.group
				} else if c.isStop(in) {
					c.skipStop(in)
				}
			}
		}
	}
}

// parameters makes the registers of results, parameters and free variables.
func (c *compiler) parameters() {
	for v := range c.f.Signature.Results().Variables() {
		c.passed(c.p.types.Of(v.Type()))
	}
	for _, v := range c.f.Params {
		c.regs[v] = c.passed(c.p.types.Of(v.Type()))
	}
	for _, v := range c.f.FreeVars {
		c.regs[v] = c.newRegister(c.p.types.Of(v.Type()))
	}
}

// slots notes where results, parameters and free variables lie.
func (c *compiler) slots() {
	n := 0
	take := func(k int) []slot {
		n += k
		return slots(c.list[n-k : n])
	}
	c.code.results = take(c.f.Signature.Results().Len())
	c.code.params = take(len(c.f.Params))
	c.code.frees = take(len(c.f.FreeVars))
}

// registers makes registers for all values and constants.
func (c *compiler) registers() {
	for _, b := range c.f.Blocks {
		for _, in := range b.Instrs {
			if v, ok := in.(ssa.Value); ok && v.Type() != nil && !c.fused[in] {
				c.result(v)
			}
		}
	}
	for _, b := range c.f.Blocks {
		for _, in := range b.Instrs {
			if call, ok := in.(*ssa.Call); c.fused[in] || ok && c.isStop(call) {
				continue
			}
			for _, o := range in.Operands(nil) {
				if *o != nil && c.regs[*o] == nil {
					c.operand(in, *o)
				}
			}
		}
	}
}

// result makes the register of what an instruction gives, unless it needs none.
func (c *compiler) result(v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Alloc:
		elem := c.p.types.Of(v.Type().Underlying().(*types.Pointer).Elem())
		if !v.Heap && elem.Size() <= maxLocal {
			c.places[v] = c.newRegister(elem)
			if !c.needsAddress(v) {
				return
			}
		}
	case *ssa.FieldAddr:
		if c.isPlace(v) && !c.needsAddress(v) || c.fusesInto(v) != nil {
			return
		}
	case *ssa.IndexAddr:
		if c.isPlace(v) && !c.needsAddress(v) || c.fusesInto(v) != nil {
			return
		}
	case *ssa.Range:
		c.regs[v] = c.newRegister(unsafePointer)
		return
	case *ssa.Next:
		c.regs[v] = c.newRegister(c.nextType(v.Type().(*types.Tuple)))
		return
	case *ssa.Phi:
		c.regs[v] = c.newRegister(c.p.types.Of(v.Type()))
		c.temps[v] = c.newRegister(c.p.types.Of(v.Type()))
		return
	case *ssa.BinOp:
		if c.fusesIf(v) {
			return
		}
	case *ssa.Extract, *ssa.Field, *ssa.ChangeType:
		if _, ok := c.partOf(v); ok {
			return
		}
	case *ssa.Call, *ssa.Select, *ssa.Lookup, *ssa.TypeAssert, *ssa.UnOp:
		if t, ok := v.Type().(*types.Tuple); ok && t.Len() == 0 {
			return
		}
	}
	c.regs[v] = c.newRegister(c.p.types.Of(v.Type()))
}

// operand makes the register of a constant, a variable's address or a function.
func (c *compiler) operand(in ssa.Instruction, v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Const:
		if isInvalid(v.Type()) {
			return
		}
		t := c.p.types.Of(v.Type())
		c.regs[v] = c.constant(t, func(p ptr) { setConst(reflect.NewAt(t, p).Elem(), v) })
	case *ssa.Global:
		g := c.p.global(v)
		c.regs[v] = c.constant(unsafePointer, func(p ptr) { *(*ptr)(p) = g })
	case *ssa.Function:
		if call, ok := in.(ssa.CallInstruction); ok && call.Common().Value == ssa.Value(v) && !slices.Contains(call.Common().Args, ssa.Value(v)) {
			return
		}
		fn := c.p.fn(v)
		if host := c.p.host(v); host.IsValid() {
			c.regs[v] = c.constant(unsafePointer, func(p ptr) { *(*ptr)(p) = funcPointer(host) })
			return
		}
		c.regs[v] = c.constant(unsafePointer, func(p ptr) { *(*ptr)(p) = fn.value() })
	}
}

// funcPointer returns the word of a function value.
func funcPointer(f reflect.Value) ptr {
	v := reflect.New(f.Type())
	v.Elem().Set(f)
	return *(*ptr)(v.UnsafePointer())
}

// off returns the offset of a value's register.
func (c *compiler) off(v ssa.Value) uintptr {
	if to := c.same[v]; to != nil {
		v = to
	}
	r := c.regs[v]
	if r == nil {
		if off, ok := c.partOf(v); ok {
			return off()
		}
		panic(fmt.Sprintf("no register for %s = %v", v.Name(), v))
	}
	return r.off
}

// typ returns the runtime type of a value.
func (c *compiler) typ(v ssa.Value) reflect.Type {
	if r := c.regs[v]; r != nil && r.t != unsafePointer {
		return r.t
	}
	return c.p.types.Of(v.Type())
}

// partOf recognises a value that is a part of another one, or that one with another type,
// and lies there: the other one is not computed anew where the part is still used. (A phi
// is changed before that, where other phis take parts of it.)
func (c *compiler) partOf(v ssa.Value) (off func() uintptr, ok bool) {
	switch v := v.(type) {
	case *ssa.Extract:
		return func() uintptr { return c.off(v.Tuple) + c.typ(v.Tuple).Field(v.Index).Offset }, true
	case *ssa.Field:
		if _, phi := v.X.(*ssa.Phi); !phi {
			return func() uintptr { return c.off(v.X) + c.typ(v.X).Field(v.Field).Offset }, true
		}
	case *ssa.ChangeType:
		if _, phi := v.X.(*ssa.Phi); !phi {
			return func() uintptr { return c.off(v.X) }, true
		}
	}
	return nil, false
}

func (c *compiler) pos(in ssa.Instruction) token.Pos {
	if pos := in.Pos(); pos.IsValid() {
		return pos
	}
	return token.NoPos
}

// place returns the offset of a variable, field or element that lies in the frame.
func (c *compiler) place(v ssa.Value) (off uintptr, ok bool) {
	switch v := v.(type) {
	case *ssa.Alloc:
		r := c.places[v]
		if r == nil {
			return 0, false
		}
		return r.off, true
	case *ssa.FieldAddr:
		if off, ok = c.place(v.X); ok {
			return off + c.structOf(v.X).Field(v.Field).Offset, true
		}
	case *ssa.IndexAddr:
		if off, ok = c.place(v.X); ok {
			if k, n, elem, fixed := c.fixedIndex(v); fixed && k < n {
				return off + uintptr(k)*elem.Size(), true
			}
		}
	}
	return 0, false
}

func (c *compiler) isPlace(v ssa.Value) bool { _, ok := c.place(v); return ok }

// structOf is the struct that a value points to.
func (c *compiler) structOf(v ssa.Value) reflect.Type {
	return c.p.types.Of(v.Type().Underlying().(*types.Pointer).Elem())
}

// fixedIndex recognises a constant index into an array.
func (c *compiler) fixedIndex(v *ssa.IndexAddr) (k, n int64, elem reflect.Type, ok bool) {
	p, isPtr := v.X.Type().Underlying().(*types.Pointer)
	con, isConst := v.Index.(*ssa.Const)
	if !isPtr || !isConst {
		return 0, 0, nil, false
	}
	a := c.p.types.Of(p.Elem())
	k = con.Int64()
	return k, int64(a.Len()), a.Elem(), k >= 0
}

// needsAddress reports whether the address of a place is used otherwise than to load,
// store, or find a part of it.
func (c *compiler) needsAddress(v ssa.Value) bool {
	for _, in := range *v.Referrers() {
		switch in := in.(type) {
		case *ssa.UnOp, *ssa.FieldAddr, *ssa.DebugRef:
		case *ssa.IndexAddr:
			if in.X != v {
				return true
			}
		case *ssa.Store:
			if in.Val == v {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// fusesInto returns the load or store that is the only use of an address.
func (c *compiler) fusesInto(v ssa.Value) ssa.Instruction {
	if len(*v.Referrers()) != 1 {
		return nil
	}
	in := (*v.Referrers())[0]
	if in.Block() != v.(ssa.Instruction).Block() || c.isPlace(v) {
		return nil
	}
	if a, ok := v.(*ssa.IndexAddr); ok && c.isPlace(a.X) {
		return nil
	}
	switch use := in.(type) {
	case *ssa.UnOp:
		if use.Op == token.MUL && next(v.(ssa.Instruction)) == in {
			return in
		}
	case *ssa.Store:
		if use.Addr == v && use.Val != v {
			return in
		}
	}
	return nil
}

// next returns the instruction after another one in its block.
func next(in ssa.Instruction) ssa.Instruction {
	list := in.Block().Instrs
	for i, x := range list {
		if x == in && i+1 < len(list) {
			return list[i+1]
		}
	}
	return nil
}

// fusesIf reports whether a comparison is used by the branch after it alone.
func (c *compiler) fusesIf(v *ssa.BinOp) bool {
	if !isComparison(v.Op) || len(*v.Referrers()) != 1 {
		return false
	}
	in, ok := next(v).(*ssa.If)
	return ok && in.Cond == ssa.Value(v) && (*v.Referrers())[0] == ssa.Instruction(in)
}

// coalesce lets a value that is only handed to a phi at the end of its block lie in the
// phi's register, where the phi is not used any more.
func (c *compiler) coalesce() {
	c.edges(c.coalesceCounter)
	c.edges(c.coalesceEdge)
}

// edges visits what phis take from the blocks before theirs.
func (c *compiler) edges(visit func(phi *ssa.Phi, edge int)) {
	for _, b := range c.f.Blocks {
		for _, in := range b.Instrs {
			phi, ok := in.(*ssa.Phi)
			if !ok {
				break
			}
			for i := range phi.Edges {
				visit(phi, i)
			}
		}
	}
}

func (c *compiler) coalesceEdge(phi *ssa.Phi, edge int) {
	v, b, pred := phi.Edges[edge], phi.Block(), phi.Block().Preds[edge]
	def, ok := v.(ssa.Instruction)
	if !ok || c.same[v] != nil || def.Block() != pred || len(pred.Succs) != 1 || len(*v.Referrers()) != 1 || c.regs[v] == nil || c.regs[v].t != c.regs[phi].t {
		return
	}
	switch v.(type) {
	case *ssa.BinOp, *ssa.Call, *ssa.Convert, *ssa.Slice:
	default:
		return
	}
	after := false
	for _, in := range pred.Instrs {
		if after && c.reads(in, phi) {
			return
		}
		after = after || in == def
	}
	for _, in := range b.Instrs {
		other, ok := in.(*ssa.Phi)
		if !ok {
			break
		}
		if other != phi && c.liesIn(other.Edges[edge], phi) {
			return
		}
	}
	c.same[v] = phi
}

// liesIn reports whether a value lies in a phi's register.
func (c *compiler) liesIn(v ssa.Value, phi *ssa.Phi) bool {
	if t, ok := v.(*ssa.ChangeType); ok && c.regs[t] == nil {
		return c.liesIn(t.X, phi)
	}
	return v == ssa.Value(phi) || c.same[v] == ssa.Value(phi)
}

// reads reports whether an instruction reads a phi's register: also to find an address that is
// found where it is used.
func (c *compiler) reads(in ssa.Instruction, phi *ssa.Phi) bool {
	return slices.ContainsFunc(in.Operands(nil), func(o *ssa.Value) bool {
		return c.liesIn(*o, phi) || c.absorbed(*o) && c.reads((*o).(ssa.Instruction), phi)
	})
}

// coalesceCounter lets the value that a counting loop makes of its phi, at once and as
// the phi's only use, lie in the phi's register.
func (c *compiler) coalesceCounter(phi *ssa.Phi, edge int) {
	v := phi.Edges[edge]
	raise, ok := v.(*ssa.BinOp)
	if ok && raise.Block() == phi.Block() && raise.X == ssa.Value(phi) && len(*phi.Referrers()) == 1 && c.regs[raise] != nil && c.regs[raise].t == c.regs[phi].t {
		c.same[v] = phi
	}
}

// operations compiles a block up to its terminator.
func (c *compiler) operations(nb *block, b *ssa.BasicBlock) {
	for _, in := range b.Instrs[:len(b.Instrs)-1] {
		if c.fused[in] {
			continue
		}
		if v, ok := in.(ssa.Value); ok && c.absorbed(v) {
			continue
		}
		if o := c.instruction(in); o != nil {
			nb.ops, nb.pos = append(nb.ops, o), append(nb.pos, c.pos(in))
			c.origins[b.Index] = append(c.origins[b.Index], in)
		}
	}
}

// absorbed reports whether an instruction is part of a later one.
func (c *compiler) absorbed(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return c.regs[v] == nil
	case *ssa.IndexAddr:
		return c.regs[v] == nil
	case *ssa.BinOp:
		return c.regs[v] == nil
	}
	return false
}

// instruction compiles an instruction; nil if nothing is to be done.
func (c *compiler) instruction(in ssa.Instruction) op {
	switch in := in.(type) {
	case *ssa.Phi, *ssa.DebugRef, *ssa.Extract:
		return nil
	case *ssa.BinOp:
		if o := c.fuseProduct(in); o != nil {
			return o
		}
		return c.binop(in)
	case *ssa.UnOp:
		if o := c.fuseElement(in); o != nil {
			return o
		}
		return c.unop(in)
	case *ssa.Alloc:
		return c.alloc(in)
	case *ssa.Store:
		return c.store(in)
	case *ssa.ChangeType:
		if c.regs[in] == nil {
			return nil
		}
		return copyOp(c.typ(in), c.off(in), c.off(in.X))
	case *ssa.Convert:
		return c.convert(in, in.X)
	case *ssa.MultiConvert:
		return c.convert(in, in.X)
	case *ssa.SliceToArrayPointer:
		return c.sliceToArray(in)
	case *ssa.FieldAddr:
		return c.fieldAddr(in)
	case *ssa.Field:
		if c.regs[in] == nil {
			return nil
		}
		return copyOp(c.typ(in), c.off(in), c.off(in.X)+c.typ(in.X).Field(in.Field).Offset)
	case *ssa.IndexAddr:
		return c.indexAddr(in)
	case *ssa.Index:
		return c.index(in)
	case *ssa.Slice:
		return c.slice(in)
	case *ssa.MakeSlice:
		return c.makeSlice(in)
	case *ssa.Lookup:
		return c.lookup(in)
	case *ssa.MapUpdate:
		return c.mapUpdate(in)
	case *ssa.MakeMap:
		return c.makeMap(in)
	case *ssa.Range:
		return c.rangeOver(in)
	case *ssa.Next:
		return c.next(in)
	case *ssa.MakeChan:
		return c.makeChan(in)
	case *ssa.Send:
		return c.send(in)
	case *ssa.Select:
		return c.sel(in)
	case *ssa.MakeInterface:
		return c.makeInterface(in)
	case *ssa.ChangeInterface:
		return c.changeInterface(in)
	case *ssa.TypeAssert:
		return c.typeAssert(in)
	case *ssa.MakeClosure:
		return c.makeClosure(in)
	case *ssa.Call:
		return c.call(in)
	case *ssa.Go:
		return c.goCall(in)
	case *ssa.Defer:
		return c.deferCall(in)
	case *ssa.RunDefers:
		if c.code.group {
			return nil
		}
		return func(fr *frame) { fr.runDefers() }
	}
	panic(fmt.Sprintf("instruction %T", in))
}

// compileHost makes a function of compiled code one that can be called as ours are.
func (c *compiler) compileHost(host reflect.Value) *Code {
	t := host.Type()
	params, results := c.signature(t)
	c.layout()
	c.code.params, c.code.results = slots(params), slots(results)
	plan := newPlan(t, c.code.params, c.code.results)
	f := funcPointer(host)
	c.code.entry = &block{term: func(fr *frame) *block { plan.run(fr, fr, f); return nil }, pos: []token.Pos{token.NoPos}}
	return c.code
}

// signature makes registers for the results and the parameters of a function of compiled
// code.
func (c *compiler) signature(t reflect.Type) (params, results []*register) {
	for i := range t.NumOut() {
		results = append(results, c.passed(t.Out(i)))
	}
	for i := range t.NumIn() {
		params = append(params, c.passed(t.In(i)))
	}
	return params, results
}

// slots returns where registers lie.
func slots(regs []*register) (list []slot) {
	for _, r := range regs {
		list = append(list, slot{r.off, r.t})
	}
	return list
}
