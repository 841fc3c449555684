package code

import (
	"reflect"
	"unicode/utf8"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// lookup compiles an element of a map, or a byte of a string.
func (c *compiler) lookup(in *ssa.Lookup) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	if t.Kind() == reflect.String {
		return c.textByte(d, x, in.Index)
	}
	k, r, cl, elem := c.off(in.Index), rtype.Pointer(t), classOf(t.Elem()), rtype.Pointer(t.Elem())
	zero, access := rtype.New(elem), mapFuncsOf(t).access
	okOff := uintptr(0)
	if in.CommaOk {
		okOff = d + c.typ(in).Field(1).Offset
	}
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		g := guardMap(fr, m, false)
		p, ok := access(r, m, at(fr, k))
		if !ok {
			p = zero
		}
		copyValue(cl, elem, at(fr, d), p)
		g.end()
		if okOff != 0 {
			*reg[bool](fr, okOff) = ok
		}
	}
}

// mapFuncs find an element of a map, or make room for one.
type mapFuncs struct {
	access func(t, m, key ptr) (ptr, bool)
	assign func(t, m, key ptr) ptr
}

// maxFastElem is how many bytes an element has at most where the runtime's functions for
// the commonest keys may be used.
const maxFastElem = 128

func mapFuncsOf(t reflect.Type) mapFuncs {
	if t.Elem().Size() > maxFastElem {
		return mapFuncs{mapaccess2, mapassign}
	}
	switch t.Key().Kind() {
	case reflect.Int32, reflect.Uint32:
		return mapFuncs{
			func(t, m, key ptr) (ptr, bool) { return mapaccess2Fast32(t, m, *(*uint32)(key)) },
			func(t, m, key ptr) ptr { return mapassignFast32(t, m, *(*uint32)(key)) },
		}
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return mapFuncs{
			func(t, m, key ptr) (ptr, bool) { return mapaccess2Fast64(t, m, *(*uint64)(key)) },
			func(t, m, key ptr) ptr { return mapassignFast64(t, m, *(*uint64)(key)) },
		}
	case reflect.String:
		return mapFuncs{
			func(t, m, key ptr) (ptr, bool) { return mapaccess2FastText(t, m, *(*string)(key)) },
			func(t, m, key ptr) ptr { return mapassignFastText(t, m, *(*string)(key)) },
		}
	}
	return mapFuncs{mapaccess2, mapassign}
}

// mapUpdate compiles the setting of an element of a map.
func (c *compiler) mapUpdate(in *ssa.MapUpdate) op {
	x, k, v := c.off(in.Map), c.off(in.Key), c.off(in.Value)
	t := c.typ(in.Map)
	r, cl, elem, assign := rtype.Pointer(t), classOf(t.Elem()), rtype.Pointer(t.Elem()), mapFuncsOf(t).assign
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		g := guardMap(fr, m, true)
		p := assign(r, m, at(fr, k))
		copyValue(cl, elem, p, at(fr, v))
		g.end()
	}
}

// makeMap compiles make of a map.
func (c *compiler) makeMap(in *ssa.MakeMap) op {
	d, t := c.off(in), c.typ(in)
	r := rtype.Pointer(t)
	if in.Reserve == nil {
		return func(fr *frame) { *reg[ptr](fr, d) = makemap(r, 0, nil) }
	}
	n, size := c.number(in.Reserve), int(t.Key().Size()+t.Elem().Size())+1
	return func(fr *frame) {
		n := max(n(fr), 0)
		if n > bigBytes/size {
			checkMemory("make", n, size)
		}
		*reg[ptr](fr, d) = makemap(r, n, nil)
	}
}

// textIter goes over the characters of a string.
type textIter struct {
	s string
	i int
}

// rangeOver compiles the begin of an iteration over a map or string.
func (c *compiler) rangeOver(in *ssa.Range) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	if t.Kind() == reflect.String {
		return func(fr *frame) { *reg[ptr](fr, d) = ptr(&textIter{s: *reg[string](fr, x)}) }
	}
	r := rtype.Pointer(t)
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		it := &mapRange{m: m}
		*reg[ptr](fr, d) = ptr(it)
		g := guardMap(fr, m, false)
		mapiterinit(r, m, &it.iter)
		g.end()
	}
}

// mapRange is an iteration over a map. The runtime's iterator stands at its first
// element when it begins.
type mapRange struct {
	iter  mapIter
	m     ptr
	begun bool
}

// next compiles a step of an iteration.
func (c *compiler) next(in *ssa.Next) op {
	d, x, t := c.off(in), c.off(in.Iter), c.regs[in].t
	key, elem := t.Field(1), t.Field(2)
	o1, o2 := d+key.Offset, d+elem.Offset
	if in.IsString {
		hasKey, hasElem := key.Type.Size() > 0, elem.Type.Size() > 0
		return func(fr *frame) {
			it := (*textIter)(*reg[ptr](fr, x))
			ok := it.i < len(it.s)
			*reg[bool](fr, d) = ok
			if !ok {
				return
			}
			r, n := utf8.DecodeRuneInString(it.s[it.i:])
			if hasKey {
				*reg[int](fr, o1) = it.i
			}
			if hasElem {
				*reg[rune](fr, o2) = r
			}
			it.i += n
		}
	}
	mt := c.typ(in.Iter.(*ssa.Range).X)
	hasKey, hasElem := key.Type == mt.Key(), elem.Type == mt.Elem()
	ck, tk, ce, te := classOf(key.Type), rtype.Pointer(key.Type), classOf(elem.Type), rtype.Pointer(elem.Type)
	return func(fr *frame) {
		it := (*mapRange)(*reg[ptr](fr, x))
		g := guardMap(fr, it.m, false)
		if it.begun {
			mapiternext(&it.iter)
		}
		it.begun = true
		ok := it.iter.key != nil
		*reg[bool](fr, d) = ok
		if ok && hasKey {
			copyValue(ck, tk, at(fr, o1), it.iter.key)
		}
		if ok && hasElem {
			copyValue(ce, te, at(fr, o2), it.iter.elem)
		}
		g.end()
	}
}
