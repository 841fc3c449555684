package code

import (
	"go/types"
	"reflect"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// nilDereference panics as Go does where nil is dereferenced.
func nilDereference() {
	var p *int
	*p = 0
}

// alloc compiles the making of a variable.
func (c *compiler) alloc(in *ssa.Alloc) op {
	t := c.p.types.Of(in.Type().Underlying().(*types.Pointer).Elem())
	r := rtype.Pointer(t)
	place := c.places[in]
	if place == nil {
		d := c.off(in)
		if t.Size() > bigBytes {
			return func(fr *frame) {
				checkMemory("new", int(t.Size()), 1)
				*reg[ptr](fr, d) = rtype.New(r)
			}
		}
		return func(fr *frame) { *reg[ptr](fr, d) = rtype.New(r) }
	}
	zero := clearOp(t, place.off)
	if c.regs[in] == nil {
		return zero
	}
	d, o := c.off(in), place.off
	return func(fr *frame) {
		zero(fr)
		*reg[ptr](fr, d) = at(fr, o)
	}
}

// clearOp sets a register to the zero value of its type.
func clearOp(t reflect.Type, off uintptr) op {
	switch classOf(t) {
	case classNone:
		return func(*frame) {}
	case class8:
		return func(fr *frame) { *reg[uint64](fr, off) = 0 }
	case classPtr:
		return func(fr *frame) { *reg[ptr](fr, off) = nil }
	}
	r := rtype.Pointer(t)
	zero := rtype.New(r)
	return func(fr *frame) { rtype.Move(r, at(fr, off), zero) }
}

// address says where an address lies that is found only to load or store there.
type address func(fr *frame) ptr

// addressOf compiles an address that takes no register of its own, nil if it takes one.
func (c *compiler) addressOf(v ssa.Value) address {
	if c.regs[v] != nil {
		return nil
	}
	switch v := v.(type) {
	case *ssa.FieldAddr:
		x, off := c.off(v.X), c.structOf(v.X).Field(v.Field).Offset
		return func(fr *frame) ptr {
			p := *reg[ptr](fr, x)
			if p == nil {
				nilDereference()
			}
			return ptr(uintptr(p) + off)
		}
	case *ssa.IndexAddr:
		return c.elementAddress(v)
	}
	return nil
}

// load compiles a load from an address.
func (c *compiler) load(in *ssa.UnOp) op {
	d, t := c.off(in), c.typ(in)
	if off, ok := c.place(in.X); ok {
		return copyOp(t, d, off)
	}
	if c.onlyMeasured(in) {
		return nil
	}
	if c.absorbed(in.X) {
		return c.fusedLoad(in)
	}
	x := c.off(in.X)
	if _, ok := in.X.(*ssa.Global); ok { // never nil
		return c.loadGlobal(d, *(*ptr)(at((*frame)(c.code.template), x)), t)
	}
	switch classOf(t) {
	case class8:
		return func(fr *frame) { *reg[uint64](fr, d) = **reg[*uint64](fr, x) }
	case classPtr:
		return func(fr *frame) { *reg[ptr](fr, d) = **reg[*ptr](fr, x) }
	case classSlice:
		return func(fr *frame) { *reg[slice](fr, d) = **reg[*slice](fr, x) }
	case classString:
		return func(fr *frame) { *reg[string](fr, d) = **reg[*string](fr, x) }
	case class1:
		return func(fr *frame) { *reg[uint8](fr, d) = **reg[*uint8](fr, x) }
	}
	cl, r := classOf(t), rtype.Pointer(t)
	return func(fr *frame) {
		p := *reg[ptr](fr, x)
		if p == nil {
			nilDereference()
		}
		copyValue(cl, r, at(fr, d), p)
	}
}

// onlyMeasured reports whether an array is loaded only to take its length, which is
// known: then Go does not look at it, unless a call gave the pointer.
func (c *compiler) onlyMeasured(in *ssa.UnOp) bool {
	if _, ok := in.X.(*ssa.Call); ok || c.typ(in).Kind() != reflect.Array {
		return false
	}
	for _, use := range *in.Referrers() {
		call, ok := use.(*ssa.Call)
		if !ok {
			return false
		}
		b, ok := call.Call.Value.(*ssa.Builtin)
		if !ok || b.Name() != "len" && b.Name() != "cap" {
			return false
		}
	}
	return true
}

// loadGlobal loads a variable of the program.
func (c *compiler) loadGlobal(d uintptr, p ptr, t reflect.Type) op {
	switch classOf(t) {
	case class8:
		return func(fr *frame) { *reg[uint64](fr, d) = *(*uint64)(p) }
	case classPtr:
		return func(fr *frame) { *reg[ptr](fr, d) = *(*ptr)(p) }
	case classSlice:
		return func(fr *frame) { *reg[slice](fr, d) = *(*slice)(p) }
	}
	cl, r := classOf(t), rtype.Pointer(t)
	return func(fr *frame) { copyValue(cl, r, at(fr, d), p) }
}

// fusedLoad compiles a load whose address is found by the same operation.
func (c *compiler) fusedLoad(in *ssa.UnOp) op {
	d, t := c.off(in), c.typ(in)
	if by := transfersOf[classOf(t)]; by != nil {
		if x, off, ok := c.fieldOf(in.X); ok {
			return by.loadField(d, x, off)
		}
		if x, y, ok := c.elementOf(in.X); ok {
			return by.loadElement(d, x, y)
		}
	}
	address := c.addressOf(in.X)
	cl, r := classOf(t), rtype.Pointer(t)
	return func(fr *frame) { copyValue(cl, r, at(fr, d), address(fr)) }
}

// store compiles a store to an address.
func (c *compiler) store(in *ssa.Store) op {
	v, t := c.off(in.Val), c.typ(in.Val)
	if off, ok := c.place(in.Addr); ok {
		return copyOp(t, off, v)
	}
	cl, r := classOf(t), rtype.Pointer(t)
	if by := transfersOf[cl]; by != nil {
		if x, off, ok := c.fieldOf(in.Addr); ok {
			return by.storeField(v, x, off)
		}
		if x, y, ok := c.elementOf(in.Addr); ok {
			return by.storeElement(v, x, y)
		}
	}
	if address := c.addressOf(in.Addr); address != nil {
		return func(fr *frame) { copyValue(cl, r, address(fr), at(fr, v)) }
	}
	x := c.off(in.Addr)
	switch cl {
	case class8:
		return func(fr *frame) { **reg[*uint64](fr, x) = *reg[uint64](fr, v) }
	case classPtr:
		return func(fr *frame) { **reg[*ptr](fr, x) = *reg[ptr](fr, v) }
	}
	return func(fr *frame) {
		p := *reg[ptr](fr, x)
		if p == nil {
			nilDereference()
		}
		copyValue(cl, r, p, at(fr, v))
	}
}

// fieldAddr compiles the address of a field.
func (c *compiler) fieldAddr(in *ssa.FieldAddr) op {
	d := c.off(in)
	if off, ok := c.place(in); ok {
		return func(fr *frame) { *reg[ptr](fr, d) = at(fr, off) }
	}
	x, off := c.off(in.X), c.structOf(in.X).Field(in.Field).Offset
	return func(fr *frame) {
		p := *reg[ptr](fr, x)
		if p == nil {
			nilDereference()
		}
		*reg[ptr](fr, d) = ptr(uintptr(p) + off)
	}
}
