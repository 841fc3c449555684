package code

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/tools/go/ssa"
)

func (c *comp) builtin(b *ssa.Builtin, cc *ssa.CallCommon, in *ssa.Call) op {
	var d uintptr
	if in != nil {
		if _, ok := c.idx[in]; ok {
			d = c.off(in)
		}
	} else {
		d = c.offs[len(c.offs)-1]
	}
	arg := func(i int) uintptr { return c.off(cc.Args[i]) }
	val := func(i int) func(fr *frame) reflect.Value {
		o, t := arg(i), c.typ(cc.Args[i])
		return func(fr *frame) reflect.Value { return reflect.NewAt(t, at(fr.m, o)).Elem() }
	}
	var t0 reflect.Type
	if len(cc.Args) > 0 {
		if _, ok := c.idx[cc.Args[0]]; ok {
			t0 = c.typ(cc.Args[0])
		}
	}
	switch b.Name() {
	case "len":
		x, v := arg(0), val(0)
		switch t0.Kind() {
		case reflect.Slice, reflect.String:
			return func(fr *frame) { *(*int)(at(fr.m, d)) = *(*int)(at(fr.m, x+8)) }
		}
		return func(fr *frame) { *(*int)(at(fr.m, d)) = v(fr).Len() }
	case "cap":
		v := val(0)
		return func(fr *frame) { *(*int)(at(fr.m, d)) = v(fr).Cap() }
	case "append":
		x, y := arg(0), arg(1)
		if c.typ(cc.Args[1]).Kind() == reflect.String {
			return func(fr *frame) {
				*(*[]byte)(at(fr.m, d)) = append(*(*[]byte)(at(fr.m, x)), *(*string)(at(fr.m, y))...)
			}
		}
		sz, mv := t0.Elem().Size(), move(t0.Elem())
		v0, v1 := val(0), val(1)
		return func(fr *frame) {
			s, a := *(*slice)(at(fr.m, x)), (*slice)(at(fr.m, y))
			if a.len == 1 && s.len < s.cap {
				mv(at(s.p, uintptr(s.len)*sz), a.p)
				s.len++
				*(*slice)(at(fr.m, d)) = s
				return
			}
			if a.len == 0 {
				*(*slice)(at(fr.m, d)) = s
				return
			}
			r := reflect.AppendSlice(v0(fr), v1(fr))
			reflect.NewAt(t0, at(fr.m, d)).Elem().Set(r)
		}
	case "copy":
		v0, v1 := val(0), val(1)
		return func(fr *frame) { *(*int)(at(fr.m, d)) = reflect.Copy(v0(fr), v1(fr)) }
	case "delete":
		v0, v1 := val(0), val(1)
		return func(fr *frame) {
			if m := v0(fr); m.IsNil() {
				_ = reflect.MakeMap(t0).MapIndex(v1(fr))
			} else {
				m.SetMapIndex(v1(fr), reflect.Value{})
			}
		}
	case "clear":
		v := val(0)
		return func(fr *frame) {
			if x := v(fr); !x.IsNil() {
				x.Clear()
			}
		}
	case "close":
		v := val(0)
		return func(fr *frame) { v(fr).Close() }
	case "print", "println":
		var vs []func(fr *frame) reflect.Value
		for i := range cc.Args {
			vs = append(vs, val(i))
		}
		return func(fr *frame) {
			var sb strings.Builder
			for i, v := range vs {
				if i > 0 && b.Name() == "println" {
					sb.WriteByte(' ')
				}
				sb.WriteString(printed(v(fr)))
			}
			if b.Name() == "println" {
				sb.WriteByte('\n')
			}
			fmt.Fprint(os.Stderr, sb.String())
		}
	case "recover":
		return func(fr *frame) {
			var r any
			if o := fr.owner; o != nil && o.panicking {
				switch o.pv.(type) {
				case interrupted, ExitCode:
				default:
					o.panicking = false
					r = o.pv
					o.pv = nil
				}
			}
			if in != nil {
				*(*any)(at(fr.m, d)) = r
			}
		}
	case "real", "imag":
		v := val(0)
		re := b.Name() == "real"
		f32 := t0.Kind() == reflect.Complex64
		return func(fr *frame) {
			z := v(fr).Complex()
			f := imag(z)
			if re {
				f = real(z)
			}
			if f32 {
				*(*float32)(at(fr.m, d)) = float32(f)
			} else {
				*(*float64)(at(fr.m, d)) = f
			}
		}
	case "complex":
		v0, v1, t := val(0), val(1), c.typ(in)
		return func(fr *frame) {
			reflect.NewAt(t, at(fr.m, d)).Elem().SetComplex(complex(v0(fr).Float(), v1(fr).Float()))
		}
	case "min", "max":
		var vs []func(fr *frame) reflect.Value
		for i := range cc.Args {
			vs = append(vs, val(i))
		}
		mx := b.Name() == "max"
		return func(fr *frame) {
			r := vs[0](fr)
			for _, v := range vs[1:] {
				x := v(fr)
				less := false
				switch {
				case x.CanInt():
					less = x.Int() < r.Int()
				case x.CanUint():
					less = x.Uint() < r.Uint()
				case x.CanFloat():
					a, bb := x.Float(), r.Float()
					m := min(a, bb)
					if mx {
						m = max(a, bb)
					}
					if m != m {
						nr := reflect.New(r.Type()).Elem()
						nr.SetFloat(m)
						r = nr
						continue
					}
					nr := reflect.New(r.Type()).Elem()
					nr.SetFloat(m)
					r = nr
					continue
				default:
					less = x.String() < r.String()
				}
				if less != mx && x.Interface() != r.Interface() {
					r = x
				}
			}
			reflect.NewAt(t0, at(fr.m, d)).Elem().Set(r)
		}
	case "ssa:wrapnilchk":
		x := arg(0)
		return func(fr *frame) {
			p := *(*ptr)(at(fr.m, x))
			if p == nil {
				panic(rtErr("runtime error: value method called using nil pointer"))
			}
			*(*ptr)(at(fr.m, d)) = p
		}
	case "ssa:deferstack":
		return func(fr *frame) { *(*ptr)(at(fr.m, d)) = ptr(fr) }
	case "Sizeof", "Alignof":
		n := t0.Size()
		if b.Name() == "Alignof" {
			n = uintptr(t0.Align())
		}
		return func(fr *frame) { *(*uintptr)(at(fr.m, d)) = n }
	case "Add":
		x, n := arg(0), c.index(cc.Args[1])
		return func(fr *frame) { *(*ptr)(at(fr.m, d)) = unsafe.Add(*(*ptr)(at(fr.m, x)), n(fr)) }
	case "Slice":
		x, n := arg(0), c.index(cc.Args[1])
		sz := t0.Elem().Size()
		return func(fr *frame) {
			p, k := *(*ptr)(at(fr.m, x)), n(fr)
			if k < 0 || uint64(k)*uint64(sz) > 1<<48 {
				panic(rtErr("unsafe.Slice: len out of range"))
			}
			if p == nil && k > 0 {
				panic(rtErr("unsafe.Slice: ptr is nil and len is not zero"))
			}
			*(*slice)(at(fr.m, d)) = slice{p, k, k}
		}
	case "String":
		x, n := arg(0), c.index(cc.Args[1])
		return func(fr *frame) { *(*string)(at(fr.m, d)) = unsafe.String(*(**byte)(at(fr.m, x)), n(fr)) }
	case "StringData", "SliceData":
		x := arg(0)
		return func(fr *frame) { *(*ptr)(at(fr.m, d)) = *(*ptr)(at(fr.m, x)) }
	}
	panic("builtin " + b.Name())
}

func printed(v reflect.Value) string {
	f := func(x float64) string {
		return strconv.FormatFloat(x, 'g', -1, v.Type().Bits()/map[bool]int{true: 2, false: 1}[v.CanComplex()])
	}
	switch {
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return f(v.Float())
	case v.CanComplex():
		i := f(imag(v.Complex()))
		if i[0] != '-' && i[0] != '+' {
			i = "+" + i
		}
		return "(" + f(real(v.Complex())) + i + "i)"
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.String:
		return v.String()
	case reflect.Interface:
		return fmt.Sprintf("(%#x,%#x)", 0, 0)
	case reflect.Slice:
		return fmt.Sprintf("[%d/%d]%#x", v.Len(), v.Cap(), v.Pointer())
	case reflect.UnsafePointer, reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func:
		return fmt.Sprintf("%#x", v.Pointer())
	}
	return v.String()
}

// fastHost calls compiled functions of common types without reflection.
func fastHost(fn *Func) func(*frame) *block {
	if len(fn.res) == 0 {
		return nil
	}
	p := func(i int) uintptr { return fn.params[i].off }
	r := fn.res[0].off
	switch f := fn.host.Interface().(type) {
	case func(float64) float64:
		a := p(0)
		return func(fr *frame) *block { *(*float64)(at(fr.m, r)) = f(*(*float64)(at(fr.m, a))); return nil }
	case func(float64, float64) float64:
		a, b := p(0), p(1)
		return func(fr *frame) *block {
			*(*float64)(at(fr.m, r)) = f(*(*float64)(at(fr.m, a)), *(*float64)(at(fr.m, b)))
			return nil
		}
	case func(string) string:
		a := p(0)
		return func(fr *frame) *block { *(*string)(at(fr.m, r)) = f(*(*string)(at(fr.m, a))); return nil }
	case func(int) string:
		a := p(0)
		return func(fr *frame) *block { *(*string)(at(fr.m, r)) = f(*(*int)(at(fr.m, a))); return nil }
	}
	return nil
}
