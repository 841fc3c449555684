package code

import (
	"go/types"
	"reflect"
	"sync"

	"axn/kernelspec/eval/rtype"
)

// target is what an entry from compiled code calls.
type target interface {
	// begin takes a frame for a call; the words of the parameters follow.
	begin() *frame
}

// begin takes a frame of the closure's function.
func (cl *closure) begin() *frame {
	nf := cl.fn.frameForHost(cl.task)
	cl.bind(nf)
	return nf
}

// frameForHost takes a frame that compiled code calls: it is called from the frame that
// called compiled code. A goroutine of compiled code becomes a thread, of the given task
// or of none, for the call.
func (fn *Func) frameForHost(t *Task) *frame {
	th := currentThread()
	if th == nil {
		th = &Thread{task: fn.foreign(t), lone: true}
	}
	nf := fn.load().open(th, th.top)
	nf.owner, th.owner = th.owner, nil
	return nf
}

// finish runs a frame that compiled code called.
func (nf *frame) finish() {
	th := nf.thread
	if th.lone {
		nf.finishAlone()
		return
	}
	nf.enter()
}

// entryMaker makes function values by which compiled code calls a target.
type entryMaker func(t target) ptr

var entryMakers byType[entryMaker]

// entryFor returns how function values of a type are made.
func entryFor(t reflect.Type) entryMaker { return entryMakers.of(t, newEntryMaker) }

func newEntryMaker(t reflect.Type) entryMaker {
	if w := wordEntryFor(t); w != nil {
		e := endsOf(t, nil)
		return func(to target) ptr { return w(to, e) }
	}
	return func(to target) ptr {
		return funcPointer(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
			nf := to.begin()
			for i, a := range args {
				s := nf.code.params[i]
				setAny(reflect.NewAt(s.t, at(nf, s.off)).Elem(), a)
			}
			nf.finish()
			out := make([]reflect.Value, len(nf.code.results))
			for i, r := range nf.code.results {
				v := reflect.New(r.t).Elem()
				v.Set(r.value(nf))
				if want := t.Out(i); want != r.t {
					v = v.Convert(want)
				}
				out[i] = v
			}
			nf.close()
			return out
		}))
	}
}

func setAny(d, v reflect.Value) {
	if v.Type() != d.Type() && !v.Type().AssignableTo(d.Type()) {
		v = v.Convert(d.Type())
	}
	d.Set(v)
}

// boundMethod is a method as the table of a runtime type has it.
type boundMethod struct {
	p        *Program
	owner    *rtype.Owner
	sel      *types.Selection
	once     sync.Once
	fn       *Func
	indirect bool
}

// bindMethod makes the function value of a method's stub.
func (p *Program) bindMethod(o *rtype.Owner, sel *types.Selection, t reflect.Type, indirect bool) ptr {
	m := &boundMethod{p: p, owner: o, sel: sel, indirect: indirect}
	if indirect {
		return indirectEntry(t, m)
	}
	return entryFor(t)(m)
}

func (m *boundMethod) begin() *frame {
	m.once.Do(func() { m.fn = m.p.methodFunc(m.sel) })
	return m.fn.frameForHost(nil)
}

// indirectEntry hands a method its receiver by a pointer.
func indirectEntry(t reflect.Type, m *boundMethod) ptr {
	if w := wordEntryFor(t); w != nil {
		return w(m, endsOf(t, m.owner.Real))
	}
	r := rtype.Pointer(m.owner.Real)
	return funcPointer(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		nf := m.begin()
		rtype.Move(r, at(nf, nf.code.params[0].off), args[0].UnsafePointer())
		for i, a := range args[1:] {
			s := nf.code.params[i+1]
			setAny(s.value(nf), a)
		}
		nf.finish()
		out := make([]reflect.Value, len(nf.code.results))
		for i, s := range nf.code.results {
			v := reflect.New(s.t).Elem()
			v.Set(s.value(nf))
			out[i] = v
		}
		nf.close()
		return out
	}))
}
