package code

import (
	"go/token"
	"reflect"
	"slices"
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
		return func(fr *frame) { *reg[string](fr, d) = fr.thread.add(*reg[string](fr, x), *reg[string](fr, y)) }
	case 3:
		z := list[2]
		return func(fr *frame) {
			a, b, c := *reg[string](fr, x), *reg[string](fr, y), *reg[string](fr, z)
			if fr.thread.grows(a) {
				*reg[string](fr, d) = fr.thread.add(fr.thread.add(a, b), c)
				return
			}
			checkString(len(a) + len(b) + len(c))
			*reg[string](fr, d) = fr.thread.joined(a + b + c)
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
		*reg[string](fr, d) = fr.thread.joined(unsafe.String(unsafe.SliceData(text), n))
	}
}

// lastText is the string that a thread joined last, and how much room there is at its place.
// A program that adds to it again, as s += x in a loop does, has it made longer there: who
// has the shorter string does not see what is behind it, and nobody else writes there.
type lastText struct {
	p         *byte
	len, room int
}

// grows reports whether a string can be made longer at its place.
func (th *Thread) grows(s string) bool {
	return len(s) > 0 && th.text.len == len(s) && th.text.p == unsafe.StringData(s)
}

// joined notes the string that was joined last.
func (th *Thread) joined(s string) string {
	th.text = lastText{unsafe.StringData(s), len(s), len(s)}
	return s
}

// add joins two strings.
func (th *Thread) add(a, b string) string {
	n := len(a) + len(b)
	checkString(n)
	t := &th.text
	if !th.grows(a) || len(b) == 0 || n > t.room && n > bigBytes {
		return th.joined(a + b)
	}
	if n > t.room {
		longer := slices.Grow([]byte(nil), n+n/4)
		copy(longer[:n], a)
		t.p, t.room = unsafe.SliceData(longer), cap(longer)
	}
	copy(unsafe.Slice(t.p, n)[len(a):], b)
	t.len = n
	return unsafe.String(t.p, n)
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
