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
		i := c.number(in.Index)
		return func(fr *frame) { *reg[byte](fr, d) = (*reg[string](fr, x))[i(fr)] }
	}
	k, r, cl, elem := c.off(in.Index), rtype.Pointer(t), classOf(t.Elem()), rtype.Pointer(t.Elem())
	zero := rtype.New(elem)
	okOff := uintptr(0)
	if in.CommaOk {
		okOff = d + c.typ(in).Field(1).Offset
	}
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		g := guardMap(fr, m, false)
		p, ok := mapaccess2(r, m, at(fr, k))
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

// mapUpdate compiles the setting of an element of a map.
func (c *compiler) mapUpdate(in *ssa.MapUpdate) op {
	x, k, v := c.off(in.Map), c.off(in.Key), c.off(in.Value)
	t := c.typ(in.Map)
	r, cl, elem := rtype.Pointer(t), classOf(t.Elem()), rtype.Pointer(t.Elem())
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		g := guardMap(fr, m, true)
		p := mapassign(r, m, at(fr, k))
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
