package code

import (
	"fmt"
	"go/constant"
	"go/types"
	"reflect"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// register is a place in the frames of a function.
type register struct {
	t    reflect.Type
	off  uintptr
	zone zone
	set  func(p ptr) // sets it in the template
}

// zone is a stretch of registers that are treated alike.
type zone int

const (
	zoneSignature zone = iota // results and parameters, as placesOf has them
	zonePointers              // cleared when the frame is free
	zoneKept                  // pointers that stay: constants
	zonePlain                 // no pointers
	zones
)

// maxLocal is how large a local variable may be to lie in the frame.
const maxLocal = 4096

// passed adds a register of a parameter or result.
func (c *compiler) passed(t reflect.Type) *register {
	r := c.newRegister(t)
	r.zone = zoneSignature
	return r
}

// newRegister adds a register.
func (c *compiler) newRegister(t reflect.Type) *register {
	r := &register{t: t, zone: zonePlain}
	if rtype.Head(t).PtrBytes > 0 {
		r.zone = zonePointers
	}
	c.list = append(c.list, r)
	return r
}

// constant adds a register that the template sets.
func (c *compiler) constant(t reflect.Type, set func(p ptr)) *register {
	r := c.newRegister(t)
	if r.zone == zonePointers {
		r.zone = zoneKept
	}
	r.set = set
	return r
}

// layout gives the registers their offsets and makes the type and the template of frames.
func (c *compiler) layout() {
	off := frameSize
	var from, to [zones]uintptr
	for z := range zones {
		from[z] = (off + wordSize - 1) &^ (wordSize - 1)
		off = from[z]
		for _, r := range c.list {
			if r.zone == z {
				off = alignUp(off, r.t)
				r.off = off
				off += r.t.Size()
			}
		}
		to[z] = off
	}
	c.cleared(from[zoneSignature], to[zonePointers])
	c.code.frame = rtype.NewMemory(off+wordSize, func(set func(uintptr)) {
		rtype.Pointers(reflect.TypeFor[frame](), 0, set)
		for _, r := range c.list {
			if rtype.Head(r.t).PtrBytes > 0 {
				rtype.Pointers(r.t, r.off, set)
			}
		}
	})
	c.code.template = rtype.New(c.code.frame)
	(*frame)(c.code.template).code = c.code
	for _, r := range c.list {
		if r.set != nil {
			r.set(at((*frame)(c.code.template), r.off))
		}
	}
}

// maxPointers is how many pointers of a frame are cleared one by one.
const maxPointers = 6

// cleared notes which of the registers from one offset to another refer to anything.
func (c *compiler) cleared(from, to uintptr) {
	var list []uintptr
	for _, r := range c.list {
		if r.off >= from && r.off < to {
			rtype.Pointers(r.t, r.off, func(o uintptr) { list = append(list, o) })
		}
	}
	switch {
	case len(list) == 0:
	case len(list) <= maxPointers:
		c.code.pointers = list
	default:
		c.code.pointerOff, c.code.pointerLen = from, (to-from+wordSize-1)&^(wordSize-1)
	}
}

// isInvalid reports whether go/ssa gave a value no type: an unused part of a tuple.
func isInvalid(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

// nextType is the struct of ok, key and value that a step of a map's or string's
// iteration gives. Parts that are not used have the type of nothing.
func (c *compiler) nextType(t *types.Tuple) reflect.Type {
	var fields []reflect.StructField
	for i := range t.Len() {
		rt := reflect.TypeFor[struct{}]()
		if !isInvalid(t.At(i).Type()) {
			rt = c.p.types.Of(t.At(i).Type())
		}
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("R", i), Type: rt})
	}
	return reflect.StructOf(fields)
}

// setConst sets a value to a constant.
func setConst(v reflect.Value, k *ssa.Const) {
	if k.Value == nil {
		v.SetZero()
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(constant.BoolVal(k.Value))
	case reflect.String:
		if k.Value.Kind() == constant.String {
			v.SetString(constant.StringVal(k.Value))
		} else {
			v.SetString(string(rune(k.Int64())))
		}
	case reflect.Float32:
		f, _ := constant.Float32Val(constant.ToFloat(k.Value))
		v.SetFloat(float64(f))
	case reflect.Float64:
		f, _ := constant.Float64Val(constant.ToFloat(k.Value))
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(k.Complex128())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(k.Uint64())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(k.Int64())
	case reflect.UnsafePointer:
		*(*uintptr)(v.Addr().UnsafePointer()) = uintptr(k.Uint64())
	default:
		panic("constant of type " + v.Type().String())
	}
}
