package code

import (
	"fmt"
	"reflect"
	"sync/atomic"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// operands returns the places of a call's arguments.
func (c *compiler) operands(cc *ssa.CallCommon) (list []slot) {
	for _, a := range cc.Args {
		list = append(list, slot{c.off(a), c.typ(a)})
	}
	return list
}

// resultSlots returns where the results of a call go.
func (c *compiler) resultSlots(in *ssa.Call) (list []slot) {
	switch n := in.Call.Signature().Results().Len(); n {
	case 0:
	case 1:
		list = append(list, slot{c.off(in), c.typ(in)})
	default:
		for i := range n {
			f := c.typ(in).Field(i)
			list = append(list, slot{c.off(in) + f.Offset, f.Type})
		}
	}
	return list
}

// transfer copies values between frames; the places in one of them are known when the
// code of the callee is.
type transfer struct {
	code atomic.Pointer[Code] // for which the moves were made
	in   func(dst, src *frame)
	out  func(dst, src *frame)
}

// linkage is a call site's way to hand values to a callee and take its results.
type linkage struct {
	args, results []slot
	skip          int // leading parameters that are set apart: the receiver
	last          atomic.Pointer[transfer]
}

// to returns the transfer for a callee.
func (l *linkage) to(c *Code) *transfer {
	if t := l.last.Load(); t != nil && t.code.Load() == c {
		return t
	}
	var in, out []move
	for i, a := range l.args {
		in = append(in, newMove(a.t, c.params[i+l.skip].off, a.off))
	}
	for i, r := range l.results {
		out = append(out, newMove(r.t, r.off, c.results[i].off))
	}
	t := &transfer{in: moves(in), out: moves(out)}
	t.code.Store(c)
	l.last.Store(t)
	return t
}

// call compiles a call.
func (c *compiler) call(in *ssa.Call) op {
	cc := &in.Call
	switch v := cc.Value.(type) {
	case *ssa.Builtin:
		return c.builtin(v, cc, in)
	case *ssa.Function:
		return c.callFunction(in, v)
	}
	if cc.IsInvoke() {
		return c.callMethod(in)
	}
	return c.callValue(in)
}

// callFunction compiles a call of a function that is known.
func (c *compiler) callFunction(in *ssa.Call, f *ssa.Function) op {
	args, results := c.operands(&in.Call), c.resultSlots(in)
	if host := c.p.host(f); host.IsValid() {
		return c.callHost(host, args, results, keepNothing[packageOf(f).Path()])
	}
	fn, keep, wrapper := c.p.fn(f), c.kept[f].off, c.code.wrapper
	link := &linkage{args: args, results: results}
	if wrapper {
		return func(fr *frame) {
			code := fn.load()
			nf, t := fr.callee(code, keep), link.to(code)
			t.in(nf, fr)
			nf.owner = fr.owner
			nf.enter()
			nf.owner = nil
			t.out(fr, nf)
			nf.clean()
		}
	}
	return func(fr *frame) {
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		code := fn.code.Load()
		if code == nil {
			code = fn.compile()
		}
		nf := *reg[*frame](fr, keep)
		if nf == nil || nf.code != code || nf.busy {
			nf = fr.callee(code, keep)
		}
		t := link.last.Load()
		if t == nil || t.code.Load() != code {
			t = link.to(code)
		}
		t.in(nf, fr)
		nf.enter()
		t.out(fr, nf)
		nf.clean()
	}
}

// callHost compiles a call of a compiled function.
func (c *compiler) callHost(host reflect.Value, args, results []slot, forgets bool) op {
	plan, f := newPlan(host.Type(), args, results), funcPointer(host)
	plan.keeps = plan.keeps && !forgets
	return func(fr *frame) { plan.run(fr, fr, f) }
}

// method is the code of a method found by the table of an interface's value.
type method struct {
	tab    ptr
	fn     *Func // nil: compiled code
	host   ptr   // what stands for that, if not nil
	direct bool  // the data word is the receiver
	r      ptr   // type of the receiver
}

// methodSite finds the methods that a call by an interface reaches.
type methodSite struct {
	p     *Program
	index int // of the method in the interface
	name  string
	cc    *ssa.CallCommon
	last  atomic.Pointer[method]
}

func (s *methodSite) find(tab ptr) *method {
	if m := s.last.Load(); m != nil && m.tab == tab {
		return m
	}
	r := dynamicType(iface{tab: tab}, true)
	m := &method{tab: tab, r: r}
	if o := s.p.types.Owner(r); o != nil {
		m.fn = s.p.methodFunc(selection(o.Type, s.cc))
		m.direct = rtype.Head(o.Real).Direct()
	} else if v := replacedMethod(rtype.At(r), s.name); v.IsValid() {
		m.host = funcPointer(v)
	}
	s.last.Store(m)
	return m
}

// itabFuncs is where the code pointers of methods begin in an interface's table.
const itabFuncs = 3 * wordSize

// codeOf returns the compiled code of a method as a function value: the table's entry
// stands for the first word of a closure.
func (s *methodSite) codeOf(m *method) ptr {
	if m.host != nil {
		return m.host
	}
	tab := m.tab
	return ptr(uintptr(tab) + itabFuncs + uintptr(s.index)*wordSize)
}

func (c *compiler) methodSite(cc *ssa.CallCommon) (*methodSite, reflect.Type) {
	it := c.typ(cc.Value)
	m, index := interfaceMethod(it, cc.Method)
	return &methodSite{p: c.p, index: index, name: cc.Method.Name(), cc: cc}, m
}

// callMethod compiles a call of a method by an interface.
func (c *compiler) callMethod(in *ssa.Call) op {
	cc := &in.Call
	site, mt := c.methodSite(cc)
	x, keep, wrapper := c.off(cc.Value), c.sites[in].off, c.code.wrapper
	args, results := c.operands(cc), c.resultSlots(in)
	link := &linkage{args: args, results: results, skip: 1}
	host := newPlan(withReceiver(mt), append([]slot{{x + wordSize, unsafePointer}}, args...), results)
	return func(fr *frame) {
		i := *reg[iface](fr, x)
		if i.tab == nil {
			nilDereference()
		}
		m := site.find(i.tab)
		if m.fn == nil {
			host.run(fr, fr, site.codeOf(m))
			return
		}
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		code := m.fn.load()
		nf, t := fr.callee(code, keep), link.to(code)
		m.receive(nf, i.data)
		t.in(nf, fr)
		if wrapper {
			nf.owner = fr.owner
		}
		nf.enter()
		nf.owner = nil
		t.out(fr, nf)
		nf.clean()
	}
}

// receive sets the receiver of a method.
func (m *method) receive(nf *frame, data ptr) {
	p := nf.code.params[0].off
	if m.direct {
		*reg[ptr](nf, p) = data
	} else {
		rtype.Move(m.r, at(nf, p), data)
	}
}

// callValue compiles a call of a function value.
func (c *compiler) callValue(in *ssa.Call) op {
	x, keep, wrapper := c.off(in.Call.Value), c.sites[in].off, c.code.wrapper
	args, results := c.operands(&in.Call), c.resultSlots(in)
	link := &linkage{args: args, results: results}
	host := newPlan(c.p.types.Of(in.Call.Value.Type()), args, results)
	return func(fr *frame) {
		f := *reg[ptr](fr, x)
		if f == nil {
			nilDereference()
		}
		cl := (*closure)(f)
		if cl.code != closureCode {
			host.run(fr, fr, f)
			return
		}
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		code := cl.fn.load()
		nf := fr.callee(code, keep)
		t := link.last.Load()
		if t == nil || t.code.Load() != code {
			t = link.to(code)
		}
		t.in(nf, fr)
		cl.bind(nf)
		if wrapper {
			nf.owner = fr.owner
		}
		nf.enter()
		nf.owner = nil
		t.out(fr, nf)
		nf.clean()
	}
}

// prepared is a call whose operands are evaluated. It is made in a thread, from a frame
// that may be nil, as a deferred function of owner if that is set.
type prepared func(th *Thread, caller, owner *frame)

// prepare compiles the evaluation of a call's operands, for go and defer.
func (c *compiler) prepare(cc *ssa.CallCommon) func(*frame) prepared {
	if b, ok := cc.Value.(*ssa.Builtin); ok {
		return c.prepareBuiltin(b, cc)
	}
	link := &linkage{args: c.operands(cc)}
	start := func(fr *frame, code *Code) *frame {
		nf := code.take(fr.thread, nil)
		link.to(code).in(nf, fr)
		return nf
	}
	if cc.IsInvoke() {
		site, mt := c.methodSite(cc)
		x, host := c.off(cc.Value), c.prepareHost(mt, cc, true)
		link.skip = 1
		return func(fr *frame) prepared {
			i := *reg[iface](fr, x)
			if i.tab == nil {
				nilDereference()
			}
			m := site.find(i.tab)
			if m.fn == nil {
				return host(fr, site.codeOf(m), i.data)
			}
			nf := start(fr, m.fn.load())
			m.receive(nf, i.data)
			return nf.perform
		}
	}
	if f, ok := cc.Value.(*ssa.Function); ok {
		if host := c.p.host(f); host.IsValid() {
			call, fp := c.prepareHost(host.Type(), cc, false), funcPointer(host)
			return func(fr *frame) prepared { return call(fr, fp, nil) }
		}
		fn := c.p.fn(f)
		return func(fr *frame) prepared { return start(fr, fn.load()).perform }
	}
	x, host := c.off(cc.Value), c.prepareHost(c.p.types.Of(cc.Value.Type()), cc, false)
	return func(fr *frame) prepared {
		f := *reg[ptr](fr, x)
		if f == nil {
			return func(*Thread, *frame, *frame) { nilDereference() }
		}
		cl := (*closure)(f)
		if cl.code != closureCode {
			return host(fr, f, nil)
		}
		nf := start(fr, cl.fn.load())
		cl.bind(nf)
		return nf.perform
	}
}

// perform makes a prepared call of a function of the program.
func (nf *frame) perform(th *Thread, caller, owner *frame) {
	nf.thread, nf.caller, nf.owner, nf.depth = th, caller, owner, 0
	if caller != nil {
		nf.depth = caller.depth + 1
		if nf.depth&depthMask == 0 {
			checkDepth(nf)
		}
	}
	nf.enter()
	nf.code.give(nf)
}

// prepareHost prepares calls of compiled code: operands are copied to a frame that has
// nothing but them and the results. With recv set it is a method of an interface's value,
// whose data word is given apart.
func (c *compiler) prepareHost(t reflect.Type, cc *ssa.CallCommon, recv bool) func(fr *frame, f, data ptr) prepared {
	from := c.operands(cc)
	h := newCompiler(&Func{p: c.p, f: c.f})
	if recv {
		t = withReceiver(t)
	}
	regs, results := h.signature(t)
	h.layout()
	args := slots(regs)
	link, plan := &linkage{args: from}, newPlan(t, args, results())
	if recv {
		link.skip = 1
	}
	h.code.params = args
	return func(fr *frame, f, data ptr) prepared {
		nf := h.code.newFrame(fr.thread, nil)
		link.to(h.code).in(nf, fr)
		if recv {
			*reg[ptr](nf, args[0].off) = data
		}
		return func(th *Thread, caller, owner *frame) {
			if f == nil {
				nilDereference()
			}
			nf.thread, th.owner = th, owner
			from := caller
			if from == nil {
				from = nf
			}
			plan.run(from, nf, f)
			th.owner = nil
		}
	}
}

// signature makes registers for the parameters of a function of compiled code, and one for
// its results; where these lie is known when the layout is.
func (c *compiler) signature(t reflect.Type) (params []*register, results func() []slot) {
	for i := range t.NumIn() {
		params = append(params, c.newRegister(t.In(i)))
	}
	var fields []reflect.StructField
	for i := range t.NumOut() {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("R", i), Type: t.Out(i)})
	}
	all := reflect.StructOf(fields)
	r := c.newRegister(all)
	return params, func() (list []slot) {
		for i := range fields {
			f := all.Field(i)
			list = append(list, slot{r.off + f.Offset, f.Type})
		}
		return list
	}
}

// slots returns where registers lie.
func slots(regs []*register) (list []slot) {
	for _, r := range regs {
		list = append(list, slot{r.off, r.t})
	}
	return list
}
