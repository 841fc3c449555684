package code

import (
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// builtin compiles a call of a builtin function; in is nil for go and defer.
func (c *compiler) builtin(b *ssa.Builtin, cc *ssa.CallCommon, in *ssa.Call) op {
	d := uintptr(0)
	if in != nil && c.regs[in] != nil {
		d = c.off(in)
	}
	switch b.Name() {
	case "len", "cap":
		return c.length(b.Name(), cc.Args[0], d)
	case "append":
		return c.appendTo(cc, d)
	case "copy":
		return c.copyTo(cc, d)
	case "delete":
		return c.deleteFrom(cc)
	case "clear":
		return c.clear(cc)
	case "close":
		x := c.off(cc.Args[0])
		return func(fr *frame) { chanclose(*reg[ptr](fr, x)) }
	case "print", "println":
		return c.print(b.Name(), cc)
	case "recover":
		return func(fr *frame) {
			r := fr.recovered()
			if d != 0 {
				*reg[any](fr, d) = r
			}
		}
	case "panic":
		x := c.off(cc.Args[0])
		return func(fr *frame) { panic(*reg[any](fr, x)) }
	case "real", "imag", "complex":
		return c.complexPart(b.Name(), cc, d)
	case "min", "max":
		return c.extreme(b.Name() == "max", cc, d)
	case "ssa:wrapnilchk":
		return c.checkReceiver(cc, d)
	case "ssa:deferstack":
		if c.code.group {
			return func(fr *frame) { *reg[ptr](fr, d) = ptr(fr.cellFrame()) }
		}
		return func(fr *frame) { *reg[ptr](fr, d) = ptr(fr) }
	}
	return c.unsafeBuiltin(b.Name(), cc, d)
}

// checkReceiver compiles the check of go/ssa's wrappers that a value method is not called
// by a nil pointer. Go has a text of its own for it, but not for methods of generic types.
func (c *compiler) checkReceiver(cc *ssa.CallCommon, d uintptr) op {
	x := c.off(cc.Args[0])
	text := func(v ssa.Value) string {
		if k, ok := v.(*ssa.Const); ok {
			return strings.Trim(k.Value.ExactString(), `"`)
		}
		return ""
	}
	typ := text(cc.Args[1])
	message := plainError(fmt.Sprintf("value method %s.%s called using nil *%s pointer", typ, text(cc.Args[2]), typ[strings.LastIndexByte(typ, '.')+1:]))
	generic := strings.Contains(typ, "[")
	return func(fr *frame) {
		p := *reg[ptr](fr, x)
		if p == nil && generic {
			nilDereference()
		} else if p == nil {
			panic(message)
		}
		*reg[ptr](fr, d) = p
	}
}

// length compiles len and cap.
func (c *compiler) length(name string, v ssa.Value, d uintptr) op {
	x, t := c.off(v), c.typ(v)
	switch {
	case t.Kind() == reflect.String, t.Kind() == reflect.Slice && name == "len":
		return func(fr *frame) { *reg[int](fr, d) = *reg[int](fr, x+wordSize) }
	case t.Kind() == reflect.Slice:
		return func(fr *frame) { *reg[int](fr, d) = *reg[int](fr, x+2*wordSize) }
	case t.Kind() == reflect.Map:
		return func(fr *frame) { *reg[int](fr, d) = maplen(*reg[ptr](fr, x)) }
	case t.Kind() == reflect.Chan && name == "len":
		return func(fr *frame) { *reg[int](fr, d) = chanlen(*reg[ptr](fr, x)) }
	case t.Kind() == reflect.Chan:
		return func(fr *frame) { *reg[int](fr, d) = chancap(*reg[ptr](fr, x)) }
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	n := t.Len()
	return func(fr *frame) { *reg[int](fr, d) = n }
}

// appendTo compiles append, which go/ssa gives a slice, or a string, of what is added.
func (c *compiler) appendTo(cc *ssa.CallCommon, d uintptr) op {
	x, y := c.off(cc.Args[0]), c.off(cc.Args[1])
	t := c.typ(cc.Args[0])
	elem, size, cl := rtype.Pointer(t.Elem()), t.Elem().Size(), classOf(t.Elem())
	text := c.typ(cc.Args[1]).Kind() == reflect.String
	return func(fr *frame) {
		s := *reg[slice](fr, x)
		var a slice
		if text {
			v := *reg[string](fr, y)
			a = slice{ptr(unsafe.StringData(v)), len(v), len(v)}
		} else {
			a = *reg[slice](fr, y)
		}
		if a.len == 0 {
			*reg[slice](fr, d) = s
			return
		}
		n := s.len
		if n+a.len < 0 {
			panic(plainError("growslice: len out of range"))
		}
		if n+a.len > s.cap {
			if uintptr(n+a.len) > bigBytes/max(size, 1) {
				checkMemory("append", n+a.len, int(size))
			}
			s = growslice(elem, s, a.len)
		}
		s.len = n + a.len
		if a.len == 1 {
			copyValue(cl, elem, ptr(uintptr(s.p)+uintptr(n)*size), a.p)
		} else {
			typedslicecopy(elem, slice{ptr(uintptr(s.p) + uintptr(n)*size), a.len, a.len}, a)
		}
		*reg[slice](fr, d) = s
	}
}

// copyTo compiles copy.
func (c *compiler) copyTo(cc *ssa.CallCommon, d uintptr) op {
	x, y := c.off(cc.Args[0]), c.off(cc.Args[1])
	if c.typ(cc.Args[1]).Kind() == reflect.String {
		return func(fr *frame) {
			n := copy(*reg[[]byte](fr, x), *reg[string](fr, y))
			if d != 0 {
				*reg[int](fr, d) = n
			}
		}
	}
	elem := rtype.Pointer(c.typ(cc.Args[0]).Elem())
	return func(fr *frame) {
		n := typedslicecopy(elem, *reg[slice](fr, x), *reg[slice](fr, y))
		if d != 0 {
			*reg[int](fr, d) = n
		}
	}
}

// deleteFrom compiles delete.
func (c *compiler) deleteFrom(cc *ssa.CallCommon) op {
	x, k, r := c.off(cc.Args[0]), c.off(cc.Args[1]), rtype.Pointer(c.typ(cc.Args[0]))
	return func(fr *frame) {
		m := *reg[ptr](fr, x)
		g := guardMap(fr, m, true)
		mapdelete(r, m, at(fr, k))
		g.end()
	}
}

// clear compiles clear.
func (c *compiler) clear(cc *ssa.CallCommon) op {
	x, t := c.off(cc.Args[0]), c.typ(cc.Args[0])
	r := rtype.Pointer(t)
	if t.Kind() == reflect.Map {
		return func(fr *frame) {
			m := *reg[ptr](fr, x)
			if m == nil {
				return
			}
			g := guardMap(fr, m, true)
			mapclear(r, m)
			g.end()
		}
	}
	return func(fr *frame) { reflect.NewAt(t, at(fr, x)).Elem().Clear() }
}

// complexPart compiles real, imag and complex.
func (c *compiler) complexPart(name string, cc *ssa.CallCommon, d uintptr) op {
	x, narrow := c.off(cc.Args[0]), false
	switch k := c.typ(cc.Args[0]).Kind(); k {
	case reflect.Complex64, reflect.Float32:
		narrow = true
	}
	if name == "complex" {
		y := c.off(cc.Args[1])
		if narrow {
			return func(fr *frame) { *reg[complex64](fr, d) = complex(*reg[float32](fr, x), *reg[float32](fr, y)) }
		}
		return func(fr *frame) { *reg[complex128](fr, d) = complex(*reg[float64](fr, x), *reg[float64](fr, y)) }
	}
	if name == "imag" && narrow {
		x += 4
	} else if name == "imag" {
		x += 8
	}
	if narrow {
		return func(fr *frame) { *reg[float32](fr, d) = *reg[float32](fr, x) }
	}
	return func(fr *frame) { *reg[float64](fr, d) = *reg[float64](fr, x) }
}

// extreme compiles min and max.
func (c *compiler) extreme(largest bool, cc *ssa.CallCommon, d uintptr) op {
	var offs []uintptr
	for _, a := range cc.Args {
		offs = append(offs, c.off(a))
	}
	switch c.typ(cc.Args[0]).Kind() {
	case reflect.Int:
		return extremeOf[int](largest, offs, d)
	case reflect.Int8:
		return extremeOf[int8](largest, offs, d)
	case reflect.Int16:
		return extremeOf[int16](largest, offs, d)
	case reflect.Int32:
		return extremeOf[int32](largest, offs, d)
	case reflect.Int64:
		return extremeOf[int64](largest, offs, d)
	case reflect.Uint:
		return extremeOf[uint](largest, offs, d)
	case reflect.Uint8:
		return extremeOf[uint8](largest, offs, d)
	case reflect.Uint16:
		return extremeOf[uint16](largest, offs, d)
	case reflect.Uint32:
		return extremeOf[uint32](largest, offs, d)
	case reflect.Uint64:
		return extremeOf[uint64](largest, offs, d)
	case reflect.Uintptr:
		return extremeOf[uintptr](largest, offs, d)
	case reflect.Float32:
		return extremeOf[float32](largest, offs, d)
	case reflect.Float64:
		return extremeOf[float64](largest, offs, d)
	}
	return extremeOf[string](largest, offs, d)
}

//go:noinline
func extremeOf[T ordered](largest bool, offs []uintptr, d uintptr) op {
	if largest {
		return func(fr *frame) {
			v := *reg[T](fr, offs[0])
			for _, o := range offs[1:] {
				v = max(v, *reg[T](fr, o))
			}
			*reg[T](fr, d) = v
		}
	}
	return func(fr *frame) {
		v := *reg[T](fr, offs[0])
		for _, o := range offs[1:] {
			v = min(v, *reg[T](fr, o))
		}
		*reg[T](fr, d) = v
	}
}

// offset is the offset of a field that a generic function asks for, within the struct
// that its selector names: what is promoted lies within embedded structs.
func (c *compiler) offset(v ssa.Value) (n uintptr) {
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	for inner := false; ; inner = true {
		var x ssa.Value
		var index int
		var t reflect.Type
		switch f := v.(type) {
		case *ssa.FieldAddr:
			x, index, t = f.X, f.Field, c.typ(f.X).Elem()
		case *ssa.Field:
			x, index, t = f.X, f.Field, c.typ(f.X)
		default:
			return n
		}
		if inner && !t.Field(index).Anonymous {
			return n
		}
		n, v = n+t.Field(index).Offset, x
	}
}

// unsafeBuiltin compiles the functions of package unsafe.
func (c *compiler) unsafeBuiltin(name string, cc *ssa.CallCommon, d uintptr) op {
	x := c.off(cc.Args[0])
	switch name {
	case "Sizeof", "Alignof":
		t := c.typ(cc.Args[0])
		n := t.Size()
		if name == "Alignof" {
			n = uintptr(t.Align())
		}
		return func(fr *frame) { *reg[uintptr](fr, d) = n }
	case "Offsetof":
		n := c.offset(cc.Args[0])
		return func(fr *frame) { *reg[uintptr](fr, d) = n }
	case "StringData", "SliceData":
		return func(fr *frame) { *reg[ptr](fr, d) = *reg[ptr](fr, x) }
	}
	n := c.number(cc.Args[1])
	switch name {
	case "Add":
		return func(fr *frame) { *reg[ptr](fr, d) = unsafe.Add(*reg[ptr](fr, x), n(fr)) }
	case "String":
		return func(fr *frame) {
			p, n := *reg[*byte](fr, x), n(fr)
			if p != nil && n > 0 && (uintptr(n) > -uintptr(ptr(p)) || n == math.MaxInt64) {
				n = -1 // beyond the end of memory
			}
			*reg[string](fr, d) = unsafe.String(p, n)
		}
	case "Slice":
		size := c.typ(cc.Args[0]).Elem().Size()
		return func(fr *frame) {
			p, n := *reg[ptr](fr, x), n(fr)
			if n < 0 || size > 0 && (uintptr(n) > 1<<48/size || p != nil && uintptr(n) > -uintptr(p)/size) {
				panic(runtimeError("unsafe.Slice: len out of range"))
			}
			if p == nil {
				if n > 0 {
					panic(runtimeError("unsafe.Slice: ptr is nil and len is not zero"))
				}
				*reg[slice](fr, d) = slice{}
				return
			}
			*reg[slice](fr, d) = slice{p, n, n}
		}
	}
	panic("builtin " + name)
}

// prepareBuiltin compiles the evaluation of a builtin's operands, for go and defer: the
// call works on a copy of the frame.
func (c *compiler) prepareBuiltin(b *ssa.Builtin, cc *ssa.CallCommon) func(*frame) prepared {
	if b.Name() == "recover" {
		return func(fr *frame) prepared {
			return func(th *Thread, caller, owner *frame) {
				if owner != nil && !owner.defers.panicking { // else it is called by the panic, or by nobody
					fr.recovered()
				}
			}
		}
	}
	o, code := c.builtin(b, cc, nil), c.code
	return func(fr *frame) prepared {
		copied := (*frame)(rtype.New(code.frame))
		rtype.Move(code.frame, ptr(copied), ptr(fr))
		copied.defers, copied.owner = nil, nil
		return func(th *Thread, caller, owner *frame) {
			copied.thread, copied.caller = th, caller
			o(copied)
		}
	}
}

// print compiles print and println.
func (c *compiler) print(name string, cc *ssa.CallCommon) op {
	var list []slot
	for _, a := range cc.Args {
		list = append(list, slot{c.off(a), c.typ(a)})
	}
	line := name == "println"
	return func(fr *frame) {
		var b strings.Builder
		for i, s := range list {
			if i > 0 && line {
				b.WriteByte(' ')
			}
			b.WriteString(printed(s.value(fr)))
		}
		if line {
			b.WriteByte('\n')
		}
		io.WriteString(out(os.Stderr), b.String())
	}
}

// printed is the text that print gives a value.
func printed(v reflect.Value) string {
	switch {
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return printedFloat(v.Float())
	case v.CanComplex():
		im := printedFloat(imag(v.Complex()))
		if im[0] != '-' && im[0] != '+' {
			im = "+" + im
		}
		return "(" + printedFloat(real(v.Complex())) + im + "i)"
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.String:
		return v.String()
	case reflect.Interface:
		i := *(*iface)(v.Addr().UnsafePointer())
		return fmt.Sprintf("(%#x,%#x)", uintptr(i.tab), uintptr(i.data))
	case reflect.Slice:
		return fmt.Sprintf("[%d/%d]%#x", v.Len(), v.Cap(), v.Pointer())
	case reflect.UnsafePointer, reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func:
		return fmt.Sprintf("%#x", v.Pointer())
	}
	return v.String()
}

// printedFloat is the runtime's form of a float.
func printedFloat(x float64) string {
	switch {
	case x != x:
		return "NaN"
	case math.IsInf(x, 1):
		return "+Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
