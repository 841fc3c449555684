package code

import (
	"reflect"
	"runtime"
)

// plan says how a compiled function is called: from which places of a frame its
// parameters come, and where its results go.
type plan struct {
	call   wordCall // nil: by reflection
	shape  int
	ints   [maxInts]uintptr
	floats [maxFloats]uintptr
	out    uintptr

	t             reflect.Type // of the function
	args, results []slot
	keeps         bool // it may keep a function or channel that it is given
}

// newPlan plans the calls of functions of a type, a method's with its receiver.
func newPlan(t reflect.Type, args, results []slot) *plan {
	p := &plan{t: t, args: args, results: results, keeps: keeps(t)}
	in, out, ok := []word(nil), []word(nil), true
	for _, a := range args {
		if in, ok = wordsOf(in, a.t, a.off); !ok {
			return p
		}
	}
	for _, r := range results {
		if out, ok = wordsOf(out, r.t, r.off); !ok {
			return p
		}
	}
	n, m := 0, 0
	for _, w := range in {
		switch {
		case w.nature == float && m < maxFloats:
			p.floats[m] = w.off
			m++
		case w.nature != float && n < maxInts:
			p.ints[n] = w.off
			n++
		default:
			return p
		}
	}
	if len(out) > 0 {
		p.out = results[0].off
	}
	shape, known := shapeOf(n, m)
	if k, together := key(out, p.out); known && together {
		p.shape, p.call = shape, wordCalls[k]
	}
	return p
}

// withReceiver is the type of a function whose first parameter is a receiver as an
// interface keeps it.
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
func (p *plan) run(fr, base *frame, f ptr) {
	if p.keeps {
		handedOver.Store(true)
	}
	if p.call != nil {
		p.call(base, f, p)
		runtime.KeepAlive(base)
	} else {
		p.reflect(base, f)
	}
	th := fr.thread
	if th.top != fr {
		th.top = fr
	}
	if th.flight != nil { // compiled code recovered a panic
		th.flight = nil
	}
	if th.stop.Load() != 0 {
		th.stopped()
	}
}

// reflect calls a function value by reflection.
func (p *plan) reflect(base *frame, f ptr) {
	fv := reflect.New(p.t)
	*(*ptr)(fv.UnsafePointer()) = f
	var in []reflect.Value
	for i, a := range p.args {
		v := reflect.New(a.t).Elem()
		v.Set(a.value(base))
		if want := p.t.In(i); want != a.t {
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
