package code

import (
	"reflect"
	"runtime"
	"unsafe"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// emptyInterface gives a function that reads a value as an empty interface.
func emptyInterface(t reflect.Type) func(ptr) any {
	switch {
	case t.Kind() != reflect.Interface:
		return func(p ptr) any { return reflect.NewAt(t, p).Elem().Interface() }
	case t.NumMethod() == 0:
		return func(p ptr) any { return *(*any)(p) }
	}
	return func(p ptr) any {
		i := *(*iface)(p)
		i.tab = dynamicType(i, true)
		return *(*any)(ptr(&i))
	}
}

// dynamicType returns the descriptor of the type of an interface's value; methods tells
// whether the interface has methods.
func dynamicType(i iface, methods bool) ptr {
	if i.tab != nil && methods {
		return *(*ptr)(ptr(uintptr(i.tab) + wordSize))
	}
	return i.tab
}

// makeInterface compiles the conversion of a value to an interface.
func (c *compiler) makeInterface(in *ssa.MakeInterface) op {
	d, x, t, it := c.off(in), c.off(in.X), c.typ(in.X), c.typ(in)
	r := rtype.Pointer(t)
	tab := r
	if it.NumMethod() > 0 {
		tab = rtype.Itab(rtype.Pointer(it), r, false)
	}
	switch cl := classOf(t); {
	case rtype.Head(t).Direct():
		return func(fr *frame) { *reg[iface](fr, d) = iface{tab, *reg[ptr](fr, x)} }
	case cl == class8:
		return func(fr *frame) {
			v := *reg[uint64](fr, x)
			var p ptr
			if v < uint64(len(smallWords)) {
				p = ptr(&smallWords[v])
			} else {
				p = rtype.New(r)
				*(*uint64)(p) = v
			}
			*reg[iface](fr, d) = iface{tab, p}
		}
	case cl == classString:
		return func(fr *frame) {
			p := rtype.New(r)
			*(*string)(p) = *reg[string](fr, x)
			*reg[iface](fr, d) = iface{tab, p}
		}
	}
	return func(fr *frame) {
		p := rtype.New(r)
		rtype.Move(r, p, at(fr, x))
		*reg[iface](fr, d) = iface{tab, p}
	}
}

// smallWords are the data words of interfaces that hold small numbers.
var smallWords = func() (w [256]uint64) {
	for i := range w {
		w[i] = uint64(i)
	}
	return w
}()

// changeInterface compiles the conversion of an interface to one with fewer methods.
func (c *compiler) changeInterface(in *ssa.ChangeInterface) op {
	d, x, to, of := c.off(in), c.off(in.X), c.typ(in), c.typ(in.X)
	methods := of.NumMethod() > 0
	if to.NumMethod() == 0 {
		return func(fr *frame) {
			i := *reg[iface](fr, x)
			i.tab = dynamicType(i, methods)
			*reg[iface](fr, d) = i
		}
	}
	r := rtype.Pointer(to)
	return func(fr *frame) {
		i := *reg[iface](fr, x)
		if i.tab != nil {
			i.tab = rtype.Itab(r, dynamicType(i, methods), false)
		}
		*reg[iface](fr, d) = i
	}
}

// typeAssert compiles a type assertion.
func (c *compiler) typeAssert(in *ssa.TypeAssert) op {
	d, x, of := c.off(in), c.off(in.X), c.typ(in.X)
	t := c.p.types.Of(in.AssertedType)
	ok := uintptr(0)
	if in.CommaOk {
		ok = d + c.typ(in).Field(1).Offset
	}
	if t.Kind() == reflect.Interface {
		if of == t && !in.CommaOk { // go/ssa checks x in the method value x.M so; in x.(I), I the type of x, Go's text differs
			return func(fr *frame) {
				i := *reg[iface](fr, x)
				if i.tab == nil {
					nilDereference()
				}
				*reg[iface](fr, d) = i
			}
		}
		return c.assertInterface(d, x, ok, of, t)
	}
	r, methods, direct := rtype.Pointer(t), of.NumMethod() > 0, rtype.Head(t).Direct()
	cl, zero, table := classOf(t), rtype.New(rtype.Pointer(t)), c.p.types
	return func(fr *frame) {
		i := *reg[iface](fr, x)
		dyn := dynamicType(i, methods)
		holds := dyn == r || table.Renewed() && dyn != nil && table.Latest(dyn) == r
		switch {
		case !holds:
			if ok == 0 {
				panic(assertionError(of, t, dyn))
			}
			copyValue(cl, r, at(fr, d), zero)
		case direct:
			*reg[ptr](fr, d) = i.data
		default:
			copyValue(cl, r, at(fr, d), i.data)
		}
		if ok != 0 {
			*reg[bool](fr, ok) = holds
		}
	}
}

// assertInterface compiles a type assertion to an interface; ok is the place of the
// second value, 0 if there is none.
func (c *compiler) assertInterface(d, x, ok uintptr, of, t reflect.Type) op {
	r, methods, empty := rtype.Pointer(t), of.NumMethod() > 0, t.NumMethod() == 0
	table := c.p.types
	return func(fr *frame) {
		i := *reg[iface](fr, x)
		dyn := table.Latest(dynamicType(i, methods))
		tab := dyn
		if dyn != nil && !empty {
			tab = rtype.Itab(r, dyn, true)
		}
		if tab == nil {
			if ok == 0 {
				panic(assertionError(of, t, dyn))
			}
			i.data = nil
		}
		i.tab = tab
		*reg[iface](fr, d) = i
		if ok != 0 {
			*reg[bool](fr, ok) = tab != nil
		}
	}
}

// runtimeError is an error of the runtime that only Go itself could make.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }
func (runtimeError) RuntimeError()   {}

// assertion is a runtime.TypeAssertionError, as Go's runtime lays it out.
type assertion struct {
	iface, concrete, asserted ptr // nil: not told
	missing                   string
}

var _ = [1]struct{}{}[unsafe.Sizeof(runtime.TypeAssertionError{})-unsafe.Sizeof(assertion{})]

// assertionError makes the error of an assertion of a value of the interface type of. It
// panics with it where an interface is asserted: the runtime knows which method is missing.
func assertionError(of, to reflect.Type, dyn ptr) error {
	e := &assertion{concrete: dyn, asserted: rtype.Pointer(to)}
	switch {
	case to.Kind() != reflect.Interface:
		e.iface = rtype.Pointer(of)
	case dyn != nil:
		rtype.Itab(rtype.Pointer(to), dyn, false)
	}
	return (*runtime.TypeAssertionError)(ptr(e))
}
