package code

import (
	"fmt"
	"go/types"
	"reflect"
	"sync"
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

// passing hands arguments to the frame of a callee and takes results out of it.
type passing struct{ in, out func(dst, src *frame) }

// passing returns the passing of a call. With a receiver type set, the receiver is the
// first parameter and is set apart. results may be left out.
func (c *compiler) passing(cc *ssa.CallCommon, recv reflect.Type, results []slot) passing {
	return newPassing(c.resultTypes(cc), recv, c.operands(cc), results)
}

func newPassing(outs []reflect.Type, recv reflect.Type, args, results []slot) passing {
	var params []reflect.Type
	if recv != nil {
		params = append(params, recv)
	}
	for _, a := range args {
		params = append(params, a.t)
	}
	out, in := placesOf(outs, params)
	in = in[len(params)-len(args):]
	var ins, rets []move
	for i, a := range args {
		ins = append(ins, newMove(a.t, in[i], a.off))
	}
	for i, r := range results {
		rets = append(rets, newMove(r.t, r.off, out[i]))
	}
	return passing{moves(ins), moves(rets)}
}

// resultTypes returns the types of what a call gives.
func (c *compiler) resultTypes(cc *ssa.CallCommon) (list []reflect.Type) {
	for v := range cc.Signature().Results().Variables() {
		list = append(list, c.p.types.Of(v.Type()))
	}
	return list
}

// call compiles a call.
func (c *compiler) call(in *ssa.Call) op {
	if c.isStop(in) {
		return c.stop(in)
	}
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
	fn, wrapper, pass := c.p.fn(f), c.code.wrapper, c.passing(&in.Call, nil, results)
	return func(fr *frame) {
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		code := fn.code.Load()
		if code == nil {
			code = fn.compile()
		}
		nf := code.open(fr.thread, fr)
		pass.in(nf, fr)
		if wrapper {
			nf.owner = fr.owner
		}
		nf.enter()
		pass.out(fr, nf)
		nf.close()
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
	pass   passing
}

// methodSite finds the methods that a call by an interface reaches.
type methodSite struct {
	p     *Program
	index int // of the method in the interface
	cc    *ssa.CallCommon
	pass  func(recv reflect.Type) passing
	last  atomic.Pointer[method]
	all   sync.Map // tab -> *method
}

func (s *methodSite) find(tab ptr) *method {
	if m := s.last.Load(); m != nil && m.tab == tab {
		return m
	}
	m, ok := s.all.Load(tab)
	if !ok {
		m, _ = s.all.LoadOrStore(tab, s.method(tab))
	}
	s.last.Store(m.(*method))
	return m.(*method)
}

func (s *methodSite) method(tab ptr) *method {
	r := dynamicType(iface{tab: tab}, true)
	m := &method{tab: tab, r: r}
	if o := s.p.types.Owner(r); o != nil {
		sel := selection(o.Type, s.cc)
		if s.p.types.Latest(r) != r && !types.Identical(sel.Type(), s.cc.Method.Type()) {
			panic(fmt.Errorf("%v does not implement the interface any more: its method %s was declared anew with another signature", rtype.At(r), s.cc.Method.Name()))
		}
		m.fn = s.p.methodFunc(sel)
		m.direct = rtype.Head(o.Real).Direct()
		m.pass = s.pass(o.Real)
	} else if v := replacedMethod(rtype.At(r), s.cc.Method.Name()); v.IsValid() {
		m.host = funcPointer(v)
	}
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

// methodSite returns the site of a call by an interface and the type of the method,
// without its receiver. results may be left out.
func (c *compiler) methodSite(cc *ssa.CallCommon, results []slot) (*methodSite, reflect.Type) {
	m, index := interfaceMethod(c.typ(cc.Value), cc.Method)
	outs, args := c.resultTypes(cc), c.operands(cc)
	return &methodSite{p: c.p, index: index, cc: cc, pass: func(recv reflect.Type) passing { return newPassing(outs, recv, args, results) }}, m
}

// callMethod compiles a call of a method by an interface.
func (c *compiler) callMethod(in *ssa.Call) op {
	cc, results, wrapper := &in.Call, c.resultSlots(in), c.code.wrapper
	site, mt := c.methodSite(cc, results)
	x := c.off(cc.Value)
	host := newPlan(withReceiver(mt), append([]slot{{x + wordSize, unsafePointer}}, c.operands(cc)...), results)
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
		nf := m.fn.load().open(fr.thread, fr)
		m.receive(nf, i.data)
		m.pass.in(nf, fr)
		if wrapper {
			nf.owner = fr.owner
		}
		nf.enter()
		m.pass.out(fr, nf)
		nf.close()
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
	x, results, wrapper := c.off(in.Call.Value), c.resultSlots(in), c.code.wrapper
	pass := c.passing(&in.Call, nil, results)
	host := newPlan(c.p.types.Of(in.Call.Value.Type()), c.operands(&in.Call), results)
	return func(fr *frame) {
		f := *reg[ptr](fr, x)
		if f == nil {
			nilDereference()
		}
		cl := closureOf(f)
		if cl == nil {
			host.run(fr, fr, f)
			return
		}
		if fr.thread.stop.Load() != 0 {
			fr.thread.stopped()
		}
		nf := cl.fn.load().open(fr.thread, fr)
		pass.in(nf, fr)
		cl.bind(nf)
		if wrapper {
			nf.owner = fr.owner
		}
		nf.enter()
		pass.out(fr, nf)
		nf.close()
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
	pass := c.passing(cc, nil, nil)
	start := func(fr *frame, code *Code, pass passing) *frame {
		nf := code.open(fr.thread, nil)
		pass.in(nf, fr)
		return nf
	}
	if cc.IsInvoke() {
		site, mt := c.methodSite(cc, nil)
		x, host := c.off(cc.Value), c.prepareHost(mt, cc, true)
		return func(fr *frame) prepared {
			i := *reg[iface](fr, x)
			if i.tab == nil {
				nilDereference()
			}
			m := site.find(i.tab)
			if m.fn == nil {
				return host(fr, site.codeOf(m), i.data)
			}
			nf := start(fr, m.fn.load(), m.pass)
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
		return func(fr *frame) prepared { return start(fr, fn.load(), pass).perform }
	}
	x, host := c.off(cc.Value), c.prepareHost(c.p.types.Of(cc.Value.Type()), cc, false)
	return func(fr *frame) prepared {
		f := *reg[ptr](fr, x)
		if f == nil {
			return func(*Thread, *frame, *frame) { nilDereference() }
		}
		cl := closureOf(f)
		if cl == nil {
			return host(fr, f, nil)
		}
		nf := start(fr, cl.fn.load(), pass)
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
	nf.close()
}

// prepareHost prepares calls of compiled code: operands are copied to a frame that has
// nothing but them and the results. With recv set it is a method of an interface's value,
// whose data word is given apart.
func (c *compiler) prepareHost(t reflect.Type, cc *ssa.CallCommon, recv bool) func(fr *frame, f, data ptr) prepared {
	h := newCompiler(&Func{p: c.p, f: c.f})
	first := reflect.Type(nil)
	if recv {
		t, first = withReceiver(t), unsafePointer
	}
	params, results := h.signature(t)
	h.layout()
	pass, plan := c.passing(cc, first, nil), newPlan(t, slots(params), slots(results))
	return func(fr *frame, f, data ptr) prepared {
		nf := h.code.newFrame(fr.thread)
		pass.in(nf, fr)
		if recv {
			*reg[ptr](nf, params[0].off) = data
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
