package code

import (
	"reflect"
)

// plan says how a compiled function is called: from which places of a frame, or of other
// memory, its parameters come, and where its results go.
type plan struct {
	call   caller // nil: by reflection
	ints   []word
	floats []word
	outs   []word

	t       reflect.Type // of the function, with its receiver
	args    []slot
	results []slot
	recv    bool // the first parameter is given apart: the receiver, as an interface keeps it
}

// newPlan plans the calls of functions of a type. With recv set the type has no receiver,
// but a method is called.
func newPlan(t reflect.Type, args, results []slot, recv bool) *plan {
	p := &plan{t: t, args: args, results: results, recv: recv}
	if recv {
		p.t = withReceiver(t)
	}
	in, ok := []word(nil), true
	for _, a := range args {
		if in, ok = wordsOf(in, a.t, a.off); !ok {
			return p
		}
	}
	out := []word(nil)
	for _, r := range results {
		if out, ok = wordsOf(out, r.t, r.off); !ok {
			return p
		}
	}
	for _, w := range in {
		if w.nature == float {
			p.floats = append(p.floats, w)
		} else {
			p.ints = append(p.ints, w)
		}
	}
	p.outs = out
	n := len(p.ints)
	if recv {
		n++
	}
	p.call = callerFor(n, len(p.floats), out)
	return p
}

// withReceiver is the type of a function whose first parameter is a receiver word.
func withReceiver(t reflect.Type) reflect.Type {
	in, out := []reflect.Type{unsafePointer}, []reflect.Type(nil)
	for i := range t.NumIn() {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic())
}

// run calls a function value. The parameters lie in base, the results go there. fr is the
// frame that calls.
func (p *plan) run(fr, base *frame, f, recv ptr) {
	if f == nil {
		nilDereference()
	}
	th := fr.thread
	if p.call == nil {
		p.reflect(base, f, recv)
	} else {
		var a arguments
		n := 0
		if p.recv {
			a.ints[0], n = uintptr(recv), 1
		}
		for i := range p.ints {
			a.ints[n] = p.ints[i].load(ptr(base))
			n++
		}
		for i := range p.floats {
			a.floats[i] = *reg[float64](base, p.floats[i].off)
		}
		p.call(f, &a, p.outs, ptr(base))
	}
	th.top, th.flight = fr, nil
	if th.stop.Load() != 0 {
		th.stopped()
	}
}

// reflect calls a function value by reflection.
func (p *plan) reflect(base *frame, f, recv ptr) {
	fv := reflect.New(p.t)
	*(*ptr)(fv.UnsafePointer()) = f
	var in []reflect.Value
	if p.recv {
		in = append(in, reflect.ValueOf(recv))
	}
	for _, a := range p.args {
		v := reflect.New(a.t).Elem()
		v.Set(a.value(base))
		if want := p.t.In(len(in)); want != a.t {
			v = v.Convert(want)
		}
		in = append(in, v)
	}
	var out []reflect.Value
	if p.t.IsVariadic() {
		out = fv.Elem().CallSlice(in)
	} else {
		out = fv.Elem().Call(in)
	}
	for i, r := range p.results {
		v := out[i]
		if v.Type() != r.t && !v.Type().AssignableTo(r.t) {
			v = v.Convert(r.t)
		}
		r.value(base).Set(v)
	}
}
