package code

import (
	"go/token"
	"reflect"
	"unsafe"

	"golang.org/x/tools/go/ssa"
)

// Strings that are added up, as in a + b + c, are joined by one operation.

// concat compiles an addition of strings; nil if it is part of another one.
func (c *compiler) concat(b *ssa.BinOp) op {
	if c.joins(b) {
		c.fused[b] = true
		return nil
	}
	d, list := c.off(b), c.joined(nil, b)
	x, y := list[0], list[1]
	switch len(list) {
	case 2:
		return func(fr *frame) {
			a, b := *reg[string](fr, x), *reg[string](fr, y)
			checkString(len(a) + len(b))
			*reg[string](fr, d) = a + b
		}
	case 3:
		z := list[2]
		return func(fr *frame) {
			a, b, c := *reg[string](fr, x), *reg[string](fr, y), *reg[string](fr, z)
			checkString(len(a) + len(b) + len(c))
			*reg[string](fr, d) = a + b + c
		}
	}
	return func(fr *frame) {
		n := 0
		for _, x := range list {
			n += len(*reg[string](fr, x))
		}
		checkString(n)
		text := make([]byte, 0, n)
		for _, x := range list {
			text = append(text, *reg[string](fr, x)...)
		}
		*reg[string](fr, d) = unsafe.String(unsafe.SliceData(text), n)
	}
}

// checkString panics where a string would need more memory than there is.
func checkString(n int) {
	if n > bigBytes {
		checkMemory("string", n, 1)
	}
}

// joined returns the registers of the strings that an addition joins.
func (c *compiler) joined(list []uintptr, b *ssa.BinOp) []uintptr {
	for _, v := range []ssa.Value{b.X, b.Y} {
		if part, ok := v.(*ssa.BinOp); ok && c.fused[part] {
			list = c.joined(list, part)
		} else {
			list = append(list, c.off(v))
		}
	}
	return list
}

// joins reports whether an addition of strings is part of another one.
func (c *compiler) joins(b *ssa.BinOp) bool {
	if len(*b.Referrers()) != 1 {
		return false
	}
	outer, ok := (*b.Referrers())[0].(*ssa.BinOp)
	if !ok || outer.Op != token.ADD || outer.Block() != b.Block() || c.typ(outer).Kind() != reflect.String {
		return false
	}
	between := false
	for _, in := range b.Block().Instrs {
		v, ok := in.(ssa.Value)
		switch {
		case in == ssa.Instruction(b):
			between = true
		case in == ssa.Instruction(outer):
			return true
		case between && ok && c.same[v] != nil: // it may be written over what is joined
			return false
		}
	}
	return false
}
