package code

import (
	"reflect"
	"unsafe"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// closure is a function value of the program. Compiled code calls it by its first word, a
// stub that goes on to the second; here it is known by that stub.
type closure struct {
	code  uintptr
	entry ptr // function value for compiled code
	fn    *Func
	task  *Task // of the cell that made it
	env   ptr   // the free variables, as they lie in the frames of fn
	t     ptr   // type of env; nil if it is all pointers
}

var closureCode = rtype.ClosureCode()

// closureOf returns the closure that a function value is, nil for one of compiled code.
func closureOf(f ptr) *closure {
	if *(*uintptr)(f) != closureCode {
		return nil
	}
	return (*closure)(f)
}

// smallClosure is a closure with a few free variables that are single pointers.
type smallClosure struct {
	closure
	vars [3]ptr
}

// newClosure makes a function value of a type, without free variables.
func newClosure(fn *Func, t reflect.Type) ptr {
	cl := &closure{code: closureCode, fn: fn}
	cl.entry = entryFor(t)(cl)
	return ptr(cl)
}

// bind sets the free variables in a frame.
func (cl *closure) bind(nf *frame) {
	frees := nf.code.frees
	if len(frees) == 0 {
		return
	}
	if cl.t == nil {
		for i := range frees {
			*reg[ptr](nf, frees[i].off) = *(*ptr)(unsafe.Add(cl.env, i*wordSize))
		}
		return
	}
	off := uintptr(0)
	for _, s := range frees {
		off = alignUp(off, s.t)
		copyValue(classOf(s.t), rtype.Pointer(s.t), at(nf, s.off), ptr(uintptr(cl.env)+off))
		off += s.t.Size()
	}
}

func alignUp(off uintptr, t reflect.Type) uintptr {
	a := uintptr(max(t.Align(), 1))
	return (off + a - 1) &^ (a - 1)
}

// makeClosure compiles the making of a closure.
func (c *compiler) makeClosure(in *ssa.MakeClosure) op {
	d, fn := c.off(in), c.p.fn(in.Fn.(*ssa.Function))
	entry := entryFor(c.p.types.Of(in.Type()))
	var vars []slot
	plain := true
	for _, v := range in.Bindings {
		s := slot{c.off(v), c.typ(v)}
		plain = plain && classOf(s.t) == classPtr && s.t.Size() == wordSize
		vars = append(vars, s)
	}
	if plain && len(vars) <= 3 {
		return func(fr *frame) {
			cl := &smallClosure{closure: closure{code: closureCode, fn: fn, task: fr.thread.task}}
			for i := range vars {
				cl.vars[i] = *reg[ptr](fr, vars[i].off)
			}
			cl.env = ptr(&cl.vars)
			cl.entry = entry(&cl.closure)
			*reg[ptr](fr, d) = ptr(cl)
		}
	}
	var offs []uintptr
	off := uintptr(0)
	for _, s := range vars {
		off = alignUp(off, s.t)
		offs = append(offs, off)
		off += s.t.Size()
	}
	env := rtype.NewMemory(off+wordSize, func(set func(uintptr)) {
		for i, s := range vars {
			rtype.Pointers(s.t, offs[i], set)
		}
	})
	mark := env
	if plain {
		mark = nil
	}
	return func(fr *frame) {
		cl := &closure{code: closureCode, fn: fn, task: fr.thread.task, env: rtype.New(env), t: mark}
		for i, s := range vars {
			copyValue(classOf(s.t), rtype.Pointer(s.t), ptr(uintptr(cl.env)+offs[i]), at(fr, s.off))
		}
		cl.entry = entry(cl)
		*reg[ptr](fr, d) = ptr(cl)
	}
}
