package code

import (
	"reflect"

	"axn/kernelspec/eval/rtype"
)

// class says how values of a type are copied.
type class uint8

const (
	classNone class = iota // no bytes
	class1
	class2
	class4
	class8
	class16 // two words without pointers
	classPtr
	classString
	classSlice
	classIface
	classTyped // by the runtime, which sees to the collector
)

func classOf(t reflect.Type) class {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return classPtr
	case reflect.String:
		return classString
	case reflect.Interface:
		return classIface
	case reflect.Slice:
		return classSlice
	}
	switch size := t.Size(); {
	case size == 0:
		return classNone
	case rtype.Head(t).PtrBytes > 0:
		if size == wordSize {
			return classPtr
		}
	case size == 1:
		return class1
	case size == 2:
		return class2
	case size == 4:
		return class4
	case size == 8:
		return class8
	case size == 16:
		return class16
	}
	return classTyped
}

// move is a copy between two frames, or within one.
type move struct {
	class class
	d, s  uintptr
	t     ptr
}

func newMove(t reflect.Type, d, s uintptr) move { return move{classOf(t), d, s, rtype.Pointer(t)} }

// between copies from one frame to another.
func (m *move) between(dst, src *frame) { copyValue(m.class, m.t, at(dst, m.d), at(src, m.s)) }

// copyValue copies a value of a class.
func copyValue(c class, t, d, s ptr) {
	switch c {
	case class8:
		*(*uint64)(d) = *(*uint64)(s)
	case classPtr:
		*(*ptr)(d) = *(*ptr)(s)
	case classString:
		*(*string)(d) = *(*string)(s)
	case classSlice:
		*(*slice)(d) = *(*slice)(s)
	case classIface:
		*(*iface)(d) = *(*iface)(s)
	case class1:
		*(*uint8)(d) = *(*uint8)(s)
	case class2:
		*(*uint16)(d) = *(*uint16)(s)
	case class4:
		*(*uint32)(d) = *(*uint32)(s)
	case class16:
		*(*[2]uint64)(d) = *(*[2]uint64)(s)
	case classTyped:
		rtype.Move(t, d, s)
	}
}

// moves copies several values from one frame to another.
func moves(list []move) func(dst, src *frame) {
	switch {
	case len(list) == 0:
		return func(dst, src *frame) {}
	case len(list) == 1 && list[0].class == class8:
		d, s := list[0].d, list[0].s
		return func(dst, src *frame) { *reg[uint64](dst, d) = *reg[uint64](src, s) }
	case len(list) == 1 && list[0].class == classPtr:
		d, s := list[0].d, list[0].s
		return func(dst, src *frame) { *reg[ptr](dst, d) = *reg[ptr](src, s) }
	case len(list) == 2 && list[0].class == class8 && list[1].class == class8:
		d, s, d1, s1 := list[0].d, list[0].s, list[1].d, list[1].s
		return func(dst, src *frame) {
			*reg[uint64](dst, d) = *reg[uint64](src, s)
			*reg[uint64](dst, d1) = *reg[uint64](src, s1)
		}
	case len(list) == 1:
		m := list[0]
		return func(dst, src *frame) { m.between(dst, src) }
	}
	return func(dst, src *frame) {
		for i := range list {
			list[i].between(dst, src)
		}
	}
}

// copyOp copies a register to another one.
func copyOp(t reflect.Type, d, s uintptr) op {
	switch classOf(t) {
	case classNone:
		return func(*frame) {}
	case class1:
		return func(fr *frame) { *reg[uint8](fr, d) = *reg[uint8](fr, s) }
	case class4:
		return func(fr *frame) { *reg[uint32](fr, d) = *reg[uint32](fr, s) }
	case class8:
		return func(fr *frame) { *reg[uint64](fr, d) = *reg[uint64](fr, s) }
	case classPtr:
		return func(fr *frame) { *reg[ptr](fr, d) = *reg[ptr](fr, s) }
	case classString:
		return func(fr *frame) { *reg[string](fr, d) = *reg[string](fr, s) }
	case classSlice:
		return func(fr *frame) { *reg[slice](fr, d) = *reg[slice](fr, s) }
	case classIface:
		return func(fr *frame) { *reg[iface](fr, d) = *reg[iface](fr, s) }
	}
	c, r := classOf(t), rtype.Pointer(t)
	return func(fr *frame) { copyValue(c, r, at(fr, d), at(fr, s)) }
}
