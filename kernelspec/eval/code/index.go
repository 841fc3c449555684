package code

import (
	"fmt"
	"go/types"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// bound panics as Go does for an index that is out of range.
func bound(i, n int) { _ = make([]struct{}, n)[i] }

// number reads an integer as an index or a length. What is larger than an int reads as
// the largest one.
func (c *compiler) number(v ssa.Value) func(*frame) int {
	o, k := c.off(v), c.typ(v).Kind()
	if k == reflect.Int || k == reflect.Int64 {
		return func(fr *frame) int { return *reg[int](fr, o) }
	}
	load := intLoader(k)
	if isUnsigned(k) {
		return func(fr *frame) int {
			n := load(at(fr, o))
			if n < 0 {
				n = math.MaxInt64
			}
			return int(n)
		}
	}
	return func(fr *frame) int { return int(load(at(fr, o))) }
}

// text reads an integer as it stands in a message.
func (c *compiler) text(v ssa.Value) func(*frame) string {
	if v == nil {
		return func(*frame) string { return "" }
	}
	o, k := c.off(v), c.typ(v).Kind()
	load := intLoader(k)
	if isUnsigned(k) {
		return func(fr *frame) string { return strconv.FormatUint(uint64(load(at(fr, o))), 10) }
	}
	return func(fr *frame) string { return strconv.FormatInt(int64(load(at(fr, o))), 10) }
}

// badIndex panics as Go does for an index of any integer type that is out of range.
func badIndex(text string, n int) {
	if text[0] == '-' {
		panic(runtimeError("index out of range [" + text + "]"))
	}
	panic(runtimeError(fmt.Sprintf("index out of range [%s] with length %d", text, n)))
}

// isInt reports whether a value is an int, the commonest index.
func (c *compiler) isInt(v ssa.Value) bool { return c.typ(v).Kind() == reflect.Int }

// elementAddress compiles the address of an element of a slice or array.
func (c *compiler) elementAddress(in *ssa.IndexAddr) address {
	i, text := c.number(in.Index), c.text(in.Index)
	t := c.typ(in.X)
	if t.Kind() == reflect.Slice {
		x, size := c.off(in.X), t.Elem().Size()
		if c.isInt(in.Index) {
			y := c.off(in.Index)
			return func(fr *frame) ptr {
				s, i := reg[slice](fr, x), *reg[int](fr, y)
				if uint(i) >= uint(s.len) {
					bound(i, s.len)
				}
				return ptr(uintptr(s.p) + uintptr(i)*size)
			}
		}
		return func(fr *frame) ptr {
			s, i := reg[slice](fr, x), i(fr)
			if uint(i) >= uint(s.len) {
				badIndex(text(fr), s.len)
			}
			return ptr(uintptr(s.p) + uintptr(i)*size)
		}
	}
	array := c.p.types.Of(in.X.Type().Underlying().(*types.Pointer).Elem())
	n, size := array.Len(), array.Elem().Size()
	if off, ok := c.place(in.X); ok {
		return func(fr *frame) ptr {
			i := i(fr)
			if uint(i) >= uint(n) {
				badIndex(text(fr), n)
			}
			return at(fr, off+uintptr(i)*size)
		}
	}
	x := c.off(in.X)
	return func(fr *frame) ptr {
		p, i := *reg[ptr](fr, x), i(fr)
		if p == nil {
			nilDereference()
		}
		if uint(i) >= uint(n) {
			badIndex(text(fr), n)
		}
		return ptr(uintptr(p) + uintptr(i)*size)
	}
}

// elementOf recognises an element of a slice by an int, whose address takes no register.
func (c *compiler) elementOf(v ssa.Value) (x, y uintptr, ok bool) {
	a, ok := v.(*ssa.IndexAddr)
	if !ok || c.regs[a] != nil || c.typ(a.X).Kind() != reflect.Slice || !c.isInt(a.Index) {
		return 0, 0, false
	}
	return c.off(a.X), c.off(a.Index), true
}

// fieldOf recognises a field of what a pointer points to, whose address takes no register.
func (c *compiler) fieldOf(v ssa.Value) (x, off uintptr, ok bool) {
	a, ok := v.(*ssa.FieldAddr)
	if !ok || c.regs[a] != nil {
		return 0, 0, false
	}
	return c.off(a.X), c.structOf(a.X).Field(a.Field).Offset, true
}

// transfers make the operations that load a register from elements and fields, or store it
// there.
type transfers struct {
	loadElement, storeElement func(v, x, y uintptr) op
	loadField, storeField     func(v, x, off uintptr) op
}

// transfersOf are those of a class, nil for values that the runtime must copy.
var transfersOf = map[class]*transfers{
	class1: newTransfers[uint8](), class2: newTransfers[uint16](), class4: newTransfers[uint32](), class8: newTransfers[uint64](), class16: newTransfers[[2]uint64](),
	classPtr: newTransfers[ptr](), classString: newTransfers[string](), classSlice: newTransfers[slice](), classIface: newTransfers[iface](),
}

func newTransfers[T any]() *transfers {
	return &transfers{loadElement[T], storeElement[T], loadField[T], storeField[T]}
}

// element returns the address of an element.
func element[T any](fr *frame, x, y uintptr) *T {
	s, i := reg[slice](fr, x), *reg[int](fr, y)
	if uint(i) >= uint(s.len) {
		bound(i, s.len)
	}
	var t T
	return (*T)(ptr(uintptr(s.p) + uintptr(i)*unsafe.Sizeof(t)))
}

//go:noinline
func loadElement[T any](v, x, y uintptr) op {
	return func(fr *frame) { *reg[T](fr, v) = *element[T](fr, x, y) }
}

//go:noinline
func storeElement[T any](v, x, y uintptr) op {
	return func(fr *frame) { *element[T](fr, x, y) = *reg[T](fr, v) }
}

// field returns the address of a field.
func field[T any](fr *frame, x, off uintptr) *T {
	p := *reg[ptr](fr, x)
	if p == nil {
		nilDereference()
	}
	return (*T)(ptr(uintptr(p) + off))
}

//go:noinline
func loadField[T any](v, x, off uintptr) op {
	return func(fr *frame) { *reg[T](fr, v) = *field[T](fr, x, off) }
}

//go:noinline
func storeField[T any](v, x, off uintptr) op {
	return func(fr *frame) { *field[T](fr, x, off) = *reg[T](fr, v) }
}

// indexAddr compiles the address of an element.
func (c *compiler) indexAddr(in *ssa.IndexAddr) op {
	d := c.off(in)
	if off, ok := c.place(in); ok {
		return func(fr *frame) { *reg[ptr](fr, d) = at(fr, off) }
	}
	address := c.elementAddress(in)
	return func(fr *frame) { *reg[ptr](fr, d) = address(fr) }
}

// index compiles an element of an array value, or a byte of a string.
func (c *compiler) index(in *ssa.Index) op {
	d, x, i, text := c.off(in), c.off(in.X), c.number(in.Index), c.text(in.Index)
	t := c.typ(in.X)
	if t.Kind() == reflect.String {
		return c.textByte(d, x, in.Index)
	}
	n, size, cl, r := t.Len(), t.Elem().Size(), classOf(t.Elem()), rtype.Pointer(t.Elem())
	return func(fr *frame) {
		i := i(fr)
		if uint(i) >= uint(n) {
			badIndex(text(fr), n)
		}
		copyValue(cl, r, at(fr, d), at(fr, x+uintptr(i)*size))
	}
}

// textByte compiles a byte of a string.
func (c *compiler) textByte(d, x uintptr, index ssa.Value) op {
	if c.isInt(index) {
		y := c.off(index)
		return func(fr *frame) { *reg[byte](fr, d) = (*reg[string](fr, x))[*reg[int](fr, y)] }
	}
	i, text := c.number(index), c.text(index)
	return func(fr *frame) {
		s, i := *reg[string](fr, x), i(fr)
		if uint(i) >= uint(len(s)) {
			badIndex(text(fr), len(s))
		}
		*reg[byte](fr, d) = s[i]
	}
}

// slice compiles a slice expression.
func (c *compiler) slice(in *ssa.Slice) op {
	d, t := c.off(in), c.typ(in.X)
	optional := func(v ssa.Value) func(*frame) int {
		if v == nil {
			return nil
		}
		return c.number(v)
	}
	lo, hi, limit := optional(in.Low), optional(in.High), optional(in.Max)
	texts := [3]func(*frame) string{c.text(in.Low), c.text(in.High), c.text(in.Max)}
	if t.Kind() == reflect.String {
		return sliceString(d, c.off(in.X), lo, hi, texts)
	}
	x := c.off(in.X)
	alloc, _ := in.X.(*ssa.Alloc)
	made := alloc != nil && alloc.Comment == "makeslice" // make with a constant capacity
	array, n := t.Kind() == reflect.Pointer, 0
	size := uintptr(0)
	if array {
		size, n = t.Elem().Elem().Size(), t.Elem().Len()
	} else {
		size = t.Elem().Size()
	}
	return func(fr *frame) {
		var s slice
		if array {
			if s = (slice{*reg[ptr](fr, x), n, n}); s.p == nil {
				nilDereference()
			}
		} else {
			s = *reg[slice](fr, x)
		}
		l, h, k := 0, s.len, s.cap
		if lo != nil {
			l = lo(fr)
		}
		if hi != nil {
			h = hi(fr)
		}
		if limit != nil {
			k = limit(fr)
		}
		if uint(k) > uint(s.cap) || uint(h) > uint(k) || uint(l) > uint(h) {
			if made && h < 0 {
				panic(runtimeError("makeslice: len out of range"))
			} else if made {
				panic(runtimeError("makeslice: cap out of range"))
			}
			b := badBounds{l, h, k, s.cap, "capacity", limit != nil}
			if array {
				b.of = "length"
			}
			b.panic(fr, texts)
		}
		p := s.p
		if k > l {
			p = ptr(uintptr(p) + uintptr(l)*size)
		}
		*reg[slice](fr, d) = slice{p, h - l, k - l}
	}
}

// badBounds are the bounds of a slice expression that is out of range.
type badBounds struct {
	low, high, max, n int
	of                string // what n is of the value that is sliced
	full              bool   // it has three bounds
}

// panic panics as Go does. texts are the bounds as they are told.
func (b badBounds) panic(fr *frame, texts [3]func(*frame) string) {
	low, high, limit := texts[0](fr), texts[1](fr), texts[2](fr)
	if high == "" {
		high = strconv.Itoa(b.high)
	}
	var text string
	switch end := ""; {
	case b.full && b.max < 0:
		text = "[::" + limit + "]"
	case b.full && uint(b.max) > uint(b.n):
		text = fmt.Sprintf("[::%s] with %s %d", limit, b.of, b.n)
	case b.full && b.high < 0:
		text = "[:" + high + ":]"
	case b.full && uint(b.high) > uint(b.max):
		text = "[:" + high + ":" + limit + "]"
	case b.high < 0:
		text = "[:" + high + "]"
	case uint(b.high) > uint(b.n):
		text = fmt.Sprintf("[:%s] with %s %d", high, b.of, b.n)
	default:
		if b.full {
			end = ":"
		}
		if b.low < 0 {
			high = ""
		}
		text = "[" + low + ":" + high + end + "]"
	}
	panic(runtimeError("slice bounds out of range " + text))
}

//go:noinline
func sliceString(d, x uintptr, lo, hi func(*frame) int, texts [3]func(*frame) string) op {
	return func(fr *frame) {
		s := *reg[string](fr, x)
		l, h := 0, len(s)
		if lo != nil {
			l = lo(fr)
		}
		if hi != nil {
			h = hi(fr)
		}
		if uint(h) > uint(len(s)) || uint(l) > uint(h) {
			badBounds{low: l, high: h, n: len(s), of: "length"}.panic(fr, texts)
		}
		*reg[string](fr, d) = s[l:h]
	}
}

// makeSlice compiles make of a slice.
func (c *compiler) makeSlice(in *ssa.MakeSlice) op {
	d, t, n, k := c.off(in), c.typ(in), c.number(in.Len), c.number(in.Cap)
	elem := rtype.Pointer(t.Elem())
	size := max(t.Elem().Size(), 1)
	limit := uint64(1<<47) / uint64(size)
	if t.Elem().Size() == 0 {
		limit = math.MaxInt64
	}
	return func(fr *frame) {
		n, k := n(fr), k(fr)
		if n < 0 || uint64(n) > limit {
			panic(runtimeError("makeslice: len out of range"))
		}
		if k < n || uint64(k) > limit {
			panic(runtimeError("makeslice: cap out of range"))
		}
		if uint64(k)*uint64(size) > bigBytes {
			checkMemory("make", k, int(t.Elem().Size()))
		}
		*reg[slice](fr, d) = slice{newarray(elem, k), n, k}
	}
}

// sliceToArray compiles the conversion of a slice to an array pointer.
func (c *compiler) sliceToArray(in *ssa.SliceToArrayPointer) op {
	d, x, n := c.off(in), c.off(in.X), c.typ(in).Elem().Len()
	return func(fr *frame) {
		s := *reg[slice](fr, x)
		if s.len < n {
			panic(runtimeError(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", s.len, n)))
		}
		*reg[ptr](fr, d) = s.p
	}
}
