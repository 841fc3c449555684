package code

import (
	"errors"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"axn/kernelspec/compiled"

	"golang.org/x/tools/go/ssa"
)

type ptr = unsafe.Pointer
type op func(*frame)

// frame is one call of a function. mem holds its registers in their true layout.
type frame struct {
	b         *block // where it is, for positions of errors
	i         int
	callee    *frame
	m         ptr
	fn        *Func
	defers    []func(*frame)
	dstack    *frame
	owner     *frame // the frame whose deferred function this is
	panicking bool
	pv        any
	ok        bool
}

type slice struct {
	p        ptr
	len, cap int
}
type iface struct{ tab, data ptr }
type closure struct {
	code uintptr
	impl ptr
	fn   *Func
	env  []ptr
}

type block struct {
	pos  []token.Pos
	ops  []op
	term func(*frame) *block
}

type slot struct {
	off uintptr
	t   reflect.Type
}

// Func is a function of the program.
type Func struct {
	p        *Program
	f        *ssa.Function
	once     sync.Once
	ready    atomic.Bool
	mt       ptr // type of the registers
	tmpl     ptr // constants
	entry    *block
	rec      *block
	params   []slot
	fvs      []slot
	res      []slot
	rt       reflect.Type // of the results as a tuple
	pool     sync.Pool
	defers   bool
	ptrs     bool
	host     reflect.Value
	self     ptr // function value
	redirect *Func
	err      error
}

type Program struct {
	prog     *ssa.Program
	ts       *Types
	reg      *Registry
	fns      map[*ssa.Function]*Func
	globs    map[*ssa.Global]ptr
	mu       sync.Mutex
	stop     atomic.Bool
	stopC    chan struct{}
	onPanic  func(any)
	provided map[*types.Package]*provided
}

type interrupted struct{}

func (p *Program) fn(f *ssa.Function) *Func {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn := p.fns[f]
	if fn == nil {
		fn = &Func{p: p, f: f}
		p.fns[f] = fn
	}
	for fn.redirect != nil {
		fn = fn.redirect
	}
	return fn
}

func move(t reflect.Type) func(d, s ptr) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return func(d, s ptr) { *(*ptr)(d) = *(*ptr)(s) }
	case reflect.String:
		return func(d, s ptr) { *(*string)(d) = *(*string)(s) }
	case reflect.Interface:
		return func(d, s ptr) { *(*iface)(d) = *(*iface)(s) }
	case reflect.Slice:
		return func(d, s ptr) { *(*slice)(d) = *(*slice)(s) }
	case reflect.Struct, reflect.Array:
		if t.Size() == 0 {
			return func(d, s ptr) {}
		}
		r := rtypeOf(t)
		return func(d, s ptr) { typedmemmove(r, d, s) }
	}
	switch t.Size() {
	case 1:
		return func(d, s ptr) { *(*uint8)(d) = *(*uint8)(s) }
	case 2:
		return func(d, s ptr) { *(*uint16)(d) = *(*uint16)(s) }
	case 4:
		return func(d, s ptr) { *(*uint32)(d) = *(*uint32)(s) }
	case 8:
		return func(d, s ptr) { *(*uint64)(d) = *(*uint64)(s) }
	}
	return func(d, s ptr) { *(*[2]uint64)(d) = *(*[2]uint64)(s) }
}

func at(m ptr, o uintptr) ptr { return unsafe.Add(m, o) }

func (fn *Func) get() *frame {
	if !fn.ready.Load() {
		fn.compile()
	}
	if x := fn.pool.Get(); x != nil {
		return x.(*frame)
	}
	m := unsafeNew(fn.mt)
	typedmemmove(fn.mt, m, fn.tmpl)
	return &frame{m: m, fn: fn}
}

func (fn *Func) put(fr *frame) {
	if fn.defers {
		fr.defers, fr.dstack, fr.panicking, fr.pv, fr.ok = nil, nil, false, nil, false
	}
	fr.owner, fr.callee = nil, nil
	if fn.ptrs { // let go of what the registers hold
		typedmemmove(fn.mt, fr.m, fn.tmpl)
	}
	fn.pool.Put(fr)
}

func (fn *Func) exec(fr *frame) {
	if fn.defers {
		fn.execD(fr)
		return
	}
	run(fr, fn.entry)
}

func run(fr *frame, b *block) {
	for b != nil {
		fr.b = b
		for i, o := range b.ops {
			fr.i = i
			o(fr)
		}
		fr.i = len(b.ops)
		b = b.term(fr)
	}
}

func (fn *Func) execD(fr *frame) {
	defer func() {
		if fr.ok {
			return
		}
		r := recover()
		if r != nil {
			fr.panicking, fr.pv = true, r
		}
		fr.runDefers()
		if r != nil && fn.rec != nil {
			run(fr, fn.rec)
		}
	}()
	run(fr, fn.entry)
	if len(fr.defers) > 0 { // go/ssa forgets rundefers where only bodies of range-over-func defer
		fr.runDefers()
	}
	fr.ok = true
}

func (fr *frame) runDefers() {
	for n := len(fr.defers); n > 0; n = len(fr.defers) {
		d := fr.defers[n-1]
		fr.defers = fr.defers[:n-1]
		func() {
			ok := false
			defer func() {
				if !ok {
					if r := recover(); r != nil {
						fr.panicking, fr.pv = true, r
					}
				}
			}()
			d(fr)
			ok = true
		}()
	}
	if fr.panicking {
		panic(fr.pv)
	}
}

// callHost is how compiled code calls the function.
func (fn *Func) callHost(args []reflect.Value) []reflect.Value {
	for fn.redirect != nil {
		fn = fn.redirect
	}
	fr := fn.get()
	for i, a := range args {
		reflect.NewAt(fn.params[i].t, at(fr.m, fn.params[i].off)).Elem().Set(a)
	}
	fn.exec(fr)
	out := make([]reflect.Value, len(fn.res))
	for i, r := range fn.res {
		v := reflect.New(r.t).Elem()
		v.Set(reflect.NewAt(r.t, at(fr.m, r.off)).Elem())
		out[i] = v
	}
	fn.put(fr)
	return out
}

// value makes a function value of the function.
func (fn *Func) value(env []ptr) ptr {
	t := fn.p.ts.fn(stripRecvFull(fn.f.Signature), nil)
	c := &closure{code: fnStubPC, fn: fn, env: env}
	var hf reflect.Value
	hf = reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		f := fn
		for f.redirect != nil {
			f = f.redirect
		}
		fr := f.get()
		for i, a := range args {
			reflect.NewAt(f.params[i].t, at(fr.m, f.params[i].off)).Elem().Set(a)
		}
		f.bind(fr, c)
		f.exec(fr)
		out := make([]reflect.Value, len(f.res))
		for i, r := range f.res {
			v := reflect.New(r.t).Elem()
			v.Set(reflect.NewAt(r.t, at(fr.m, r.off)).Elem())
			out[i] = v
		}
		f.put(fr)
		return out
	})
	v := reflect.New(t)
	v.Elem().Set(hf)
	c.impl = *(*ptr)(v.UnsafePointer())
	return ptr(c)
}

func stripRecvFull(s *types.Signature) *types.Signature {
	if r := s.Recv(); r != nil {
		vs := []*types.Var{r}
		for v := range s.Params().Variables() {
			vs = append(vs, v)
		}
		return types.NewSignatureType(nil, nil, nil, types.NewTuple(vs...), s.Results(), s.Variadic())
	}
	return s
}

func (fn *Func) bind(fr *frame, c *closure) {
	for i, s := range fn.fvs {
		move(s.t)(at(fr.m, s.off), c.env[i])
	}
}

type rtErr string

func (e rtErr) Error() string { return string(e) }
func (rtErr) RuntimeError()   {}

func nilDeref() { var p *int; _ = *p }

// comp compiles one function.
type comp struct {
	*Func
	idx   map[ssa.Value]int
	types []reflect.Type
	init  []func(m ptr)
	offs  []uintptr
	blks  []*block
	fused map[ssa.Value]bool
}

func (fn *Func) compile() {
	fn.once.Do(func() {
		defer func() {
			if r := recover(); r != nil {
				fn.err = fmt.Errorf("cannot compile %s: %v", fn.f, r)
				if os.Getenv("EVTRACE") != "" {
					panic(r)
				}
			}
		}()
		fn.compile1()
		fn.ready.Store(true)
	})
	if fn.err != nil {
		panic(fn.err)
	}
}

func (c *comp) add(v ssa.Value, t reflect.Type) int {
	c.types = append(c.types, t)
	if v != nil {
		c.idx[v] = len(c.types) - 1
	}
	return len(c.types) - 1
}

func (fn *Func) compile1() {
	f := fn.f
	if f.Blocks == nil {
		if pk := f.Package(); pk != nil {
			pk.Build()
		}
	}
	c := &comp{Func: fn, idx: map[ssa.Value]int{}, fused: map[ssa.Value]bool{}}
	ts := fn.p.ts
	np := len(f.Params)
	for _, p := range f.Params {
		c.add(p, ts.of(p.Type()))
	}
	if f.Blocks == nil && np == 0 {
		if r := f.Signature.Recv(); r != nil {
			c.add(nil, ts.of(r.Type()))
		}
		for v := range f.Signature.Params().Variables() {
			c.add(nil, ts.of(v.Type()))
		}
		np = len(c.types)
	}
	for _, p := range f.FreeVars {
		c.add(p, ts.of(p.Type()))
	}
	blocks := f.Blocks
	if blocks != nil && f.Pkg != nil && f.Parent() == nil && compiled.Lookup(f.Pkg.Pkg.Path()) != nil {
		if h := fn.p.hostFunc(f); h.IsValid() { // checked from source, compiled as well
			fn.host, blocks = h, nil
		}
	}
	if f.Synthetic == "package initializer" && compiled.Lookup(f.Pkg.Pkg.Path()) != nil {
		fn.mt = rtypeOf(reflect.TypeFor[struct{}]())
		fn.tmpl = unsafeNew(fn.mt)
		fn.entry = &block{term: func(*frame) *block { return nil }}
		return
	}
	nres := len(c.types)
	for v := range f.Signature.Results().Variables() {
		c.add(nil, ts.of(v.Type()))
	}
	if f.Blocks == nil && blocks == nil && !fn.host.IsValid() { // compiled code
		if f.Synthetic == "package initializer" || f.Name() == "init" && f.Signature.Recv() == nil {
			fn.mt = rtypeOf(reflect.TypeFor[struct{}]())
			fn.tmpl = unsafeNew(fn.mt)
			fn.entry = &block{term: func(*frame) *block { return nil }}
			return
		}
		h := fn.p.hostFunc(f)
		if f.String() == "os.Exit" {
			h = reflect.ValueOf(func(n int) { panic(ExitCode(n)) })
		}
		if !h.IsValid() {
			panic("no code for " + f.String())
		}
		fn.host = h
	}
	constInit := map[int]func(m ptr){}
	for _, b := range blocks {
		for _, in := range b.Instrs {
			if v, ok := in.(ssa.Value); ok {
				if v.Type() != nil {
					switch v := v.(type) {
					case *ssa.Range:
						c.add(v, reflect.TypeFor[ptr]())
					case *ssa.Call:
						if t, ok := v.Type().(*types.Tuple); !ok || t.Len() > 0 {
							c.add(v, ts.of(v.Type()))
						}
					case *ssa.Next:
						t := v.Type().(*types.Tuple)
						fs := []reflect.StructField{}
						for i := range t.Len() {
							rt := reflect.TypeFor[ptr]()
							if b, ok := t.At(i).Type().(*types.Basic); !ok || b.Kind() != types.Invalid {
								rt = ts.of(t.At(i).Type())
							}
							fs = append(fs, reflect.StructField{Name: fmt.Sprint("R", i), Type: rt})
						}
						c.add(v, reflect.StructOf(fs))
					default:
						if v.Type().String() == "*deferStack" || strings.Contains(v.Type().String(), "deferStack") {
							c.add(v, reflect.TypeFor[ptr]())
						} else {
							c.add(v, ts.of(v.Type()))
						}
					}
				}
			}
			for _, o := range in.Operands(nil) {
				if *o == nil {
					continue
				}
				if _, ok := c.idx[*o]; ok {
					continue
				}
				switch v := (*o).(type) {
				case *ssa.Const:
					if b, ok := v.Type().(*types.Basic); ok && b.Kind() == types.Invalid {
						continue
					}
					t := ts.of(v.Type())
					i := c.add(v, t)
					constInit[i] = func(m ptr) { setConst(reflect.NewAt(t, m).Elem(), v) }
				case *ssa.Global:
					i := c.add(v, ts.of(v.Type()))
					g := fn.p.global(v)
					constInit[i] = func(m ptr) { *(*ptr)(m) = g }
				case *ssa.Function:
					if call, ok := in.(ssa.CallInstruction); ok && call.Common().Value == v && !contains(call.Common().Args, v) {
						continue
					}
					i := c.add(v, ts.of(stripRecvFull(v.Signature)))
					constInit[i] = func(m ptr) { *(*ptr)(m) = fn.p.fnValue(v) }
				}
			}
		}
	}
	// temporaries for phis
	phiTmp := map[*ssa.Phi]int{}
	for _, b := range blocks {
		for _, in := range b.Instrs {
			if ph, ok := in.(*ssa.Phi); ok {
				phiTmp[ph] = c.add(nil, c.types[c.idx[ph]])
			}
		}
	}
	c.add(nil, reflect.TypeFor[uint64]())
	fs := make([]reflect.StructField, len(c.types))
	for i, t := range c.types {
		fs[i] = reflect.StructField{Name: fmt.Sprint("F", i), Type: t}
	}
	st := reflect.StructOf(fs)
	for i := range fs {
		c.offs = append(c.offs, st.Field(i).Offset)
	}
	fn.mt = rtypeOf(st)
	fn.ptrs = abiOf(st).PtrBytes > 0
	fn.tmpl = unsafeNew(fn.mt)
	for i, f := range constInit {
		f(at(fn.tmpl, c.offs[i]))
	}
	for i := range np {
		fn.params = append(fn.params, slot{c.offs[i], c.types[i]})
	}
	for i := range f.FreeVars {
		fn.fvs = append(fn.fvs, slot{c.offs[np+i], c.types[np+i]})
	}
	for i := 0; i < f.Signature.Results().Len(); i++ {
		fn.res = append(fn.res, slot{c.offs[nres+i], c.types[nres+i]})
	}
	if fn.host.IsValid() {
		h := fn.host
		variadic := h.Type().IsVariadic()
		fn.entry = &block{term: func(fr *frame) *block {
			args := make([]reflect.Value, len(fn.params))
			for i, p := range fn.params {
				args[i] = reflect.NewAt(p.t, at(fr.m, p.off)).Elem()
				if w := h.Type().In(i); w != p.t {
					args[i] = args[i].Convert(w)
				}
			}
			var out []reflect.Value
			if variadic {
				out = h.CallSlice(args)
			} else {
				out = h.Call(args)
			}
			for i, r := range fn.res {
				setAny(reflect.NewAt(r.t, at(fr.m, r.off)).Elem(), out[i])
			}
			return nil
		}}
		if fast := fastHost(fn); fast != nil {
			fn.entry = &block{term: fast}
		}
		return
	}
	for _, b := range f.Blocks {
		c.blks = append(c.blks, &block{})
		for _, in := range b.Instrs {
			switch in.(type) {
			case *ssa.Defer, *ssa.RunDefers:
				fn.defers = true
			}
			if call, ok := in.(*ssa.Call); ok {
				if bi, ok := call.Call.Value.(*ssa.Builtin); ok && bi.Name() == "ssa:deferstack" {
					fn.defers = true
				}
			}
		}
	}
	for i, b := range f.Blocks {
		nb := c.blks[i]
		for j, in := range b.Instrs {
			if j == len(b.Instrs)-1 {
				nb.term = c.term(b, in, phiTmp)
				nb.pos = append(nb.pos, in.Pos())
				break
			}
			if bo, ok := in.(*ssa.BinOp); ok && j == len(b.Instrs)-2 {
				if iff, ok := b.Instrs[j+1].(*ssa.If); ok && iff.Cond == bo && len(*bo.Referrers()) == 1 {
					if c.cond(bo) != nil {
						continue
					}
				}
			}
			if c.fused[val(in)] {
				continue
			}
			if j+2 < len(b.Instrs) {
				if o := c.fuse(in, b.Instrs[j+1]); o != nil {
					nb.ops, nb.pos = append(nb.ops, o), append(nb.pos, in.Pos())
					c.fused[val(b.Instrs[j+1])] = true
					continue
				}
			}
			if o := c.instr(in); o != nil {
				nb.ops, nb.pos = append(nb.ops, o), append(nb.pos, in.Pos())
			}
		}
	}
	fn.entry = c.blks[0]
	if f.Recover != nil {
		fn.rec = c.blks[f.Recover.Index]
	}
}

func contains(l []ssa.Value, v ssa.Value) bool {
	for _, x := range l {
		if x == v {
			return true
		}
	}
	return false
}

func setAny(d, v reflect.Value) {
	if v.Type() != d.Type() && !v.Type().AssignableTo(d.Type()) {
		v = v.Convert(d.Type())
	}
	d.Set(v)
}

func (p *Program) fnValue(f *ssa.Function) ptr {
	fn := p.fn(f)
	if fn.self == nil {
		fn.self = fn.value(nil)
	}
	return fn.self
}

func (p *Program) global(g *ssa.Global) ptr {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := p.globs[g]; ok {
		return a
	}
	var a ptr
	if pr := p.provided[g.Pkg.Pkg]; pr != nil && pr.vars[g.Name()].IsValid() {
		a = pr.vars[g.Name()].UnsafePointer()
	} else if c := compiled.Lookup(g.Pkg.Pkg.Path()); c != nil && c.Vars[g.Name()].IsValid() {
		a = c.Vars[g.Name()].UnsafePointer()
	} else {
		a = reflect.New(p.ts.of(g.Type().(*types.Pointer).Elem())).UnsafePointer()
	}
	p.globs[g] = a
	return a
}

// hostFunc finds the compiled code of a function.
func (p *Program) hostFunc(f *ssa.Function) reflect.Value {
	sig := f.Signature
	if sig.Recv() == nil {
		if f.Pkg == nil {
			return reflect.Value{}
		}
		if pr := p.provided[f.Pkg.Pkg]; pr != nil {
			return pr.funcs[f.Name()]
		}
		if c := compiled.Lookup(f.Pkg.Pkg.Path()); c != nil {
			return c.Funcs[f.Name()]
		}
		return reflect.Value{}
	}
	t := p.ts.of(sig.Recv().Type())
	m, ok := t.MethodByName(f.Name())
	if !ok {
		return reflect.Value{}
	}
	return m.Func
}

func setConst(v reflect.Value, c *ssa.Const) {
	if c.Value == nil {
		v.SetZero()
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(constant.BoolVal(c.Value))
	case reflect.String:
		if c.Value.Kind() == constant.String {
			v.SetString(constant.StringVal(c.Value))
		} else {
			v.SetString(string(rune(c.Int64())))
		}
	case reflect.Float32:
		f, _ := constant.Float32Val(constant.ToFloat(c.Value))
		v.SetFloat(float64(f))
	case reflect.Float64:
		f, _ := constant.Float64Val(constant.ToFloat(c.Value))
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(c.Complex128())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(c.Uint64())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(c.Int64())
	case reflect.UnsafePointer:
		v.SetPointer(ptr(uintptr(c.Uint64())))
	case reflect.Interface:
		panic("const of interface type")
	default:
		panic("const of " + v.Type().String())
	}
}

func (c *comp) off(v ssa.Value) uintptr {
	i, ok := c.idx[v]
	if !ok {
		panic(fmt.Sprintf("no place for %s = %v in %s", v.Name(), v, c.f))
	}
	return c.offs[i]
}
func (c *comp) typ(v ssa.Value) reflect.Type { return c.types[c.idx[v]] }

func (c *comp) edge(from, to *ssa.BasicBlock, phiTmp map[*ssa.Phi]int) (op, *block) {
	k := 0
	for i, p := range to.Preds {
		if p == from {
			k = i
		}
	}
	type mv struct {
		w8   bool
		d, s uintptr
		f    func(d, s ptr)
		t    uintptr
	}
	var ms []mv
	dst := map[ssa.Value]bool{}
	conflict := false
	for _, in := range to.Instrs {
		ph, ok := in.(*ssa.Phi)
		if !ok {
			break
		}
		if dst[ph.Edges[k]] {
			conflict = true
		}
		dst[ph] = true
		if ph.Edges[k] != ph {
			k8 := c.typ(ph).Kind()
			ms = append(ms, mv{k8 == reflect.Int || k8 == reflect.Float64 || k8 == reflect.Int64 || k8 == reflect.Uint64 || k8 == reflect.Uint, c.off(ph), c.off(ph.Edges[k]), move(c.typ(ph)), c.offs[phiTmp[ph]]})
		}
	}
	var stop op
	if to.Index <= from.Index {
		p := c.p
		stop = func(*frame) {
			if p.stop.Load() {
				panic(interrupted{})
			}
		}
	}
	b := c.blks[to.Index]
	var o op
	switch {
	case len(ms) == 0:
		return stop, b
	case len(ms) == 2 && ms[0].w8 && ms[1].w8:
		a, b := ms[0], ms[1]
		d1, s1, d2, s2 := a.d, a.s, b.d, b.s
		o = func(fr *frame) {
			m := fr.m
			x, y := *(*uint64)(at(m, s1)), *(*uint64)(at(m, s2))
			*(*uint64)(at(m, d1)) = x
			*(*uint64)(at(m, d2)) = y
		}
	case len(ms) == 1 && ms[0].w8:
		d1, s1 := ms[0].d, ms[0].s
		o = func(fr *frame) { m := fr.m; *(*uint64)(at(m, d1)) = *(*uint64)(at(m, s1)) }
	case conflict:
		o = func(fr *frame) {
			for i := range ms {
				ms[i].f(at(fr.m, ms[i].t), at(fr.m, ms[i].s))
			}
			for i := range ms {
				ms[i].f(at(fr.m, ms[i].d), at(fr.m, ms[i].t))
			}
		}
	case len(ms) == 1:
		m := ms[0]
		o = func(fr *frame) { m.f(at(fr.m, m.d), at(fr.m, m.s)) }
	default:
		o = func(fr *frame) {
			for i := range ms {
				ms[i].f(at(fr.m, ms[i].d), at(fr.m, ms[i].s))
			}
		}
	}
	if stop != nil {
		o1 := o
		p := c.p
		o = func(fr *frame) {
			if p.stop.Load() {
				panic(interrupted{})
			}
			o1(fr)
		}
	}
	return o, b
}

func (c *comp) term(b *ssa.BasicBlock, in ssa.Instruction, phiTmp map[*ssa.Phi]int) func(*frame) *block {
	switch in := in.(type) {
	case *ssa.Jump:
		o, to := c.edge(b, b.Succs[0], phiTmp)
		if o == nil {
			return func(*frame) *block { return to }
		}
		return func(fr *frame) *block { o(fr); return to }
	case *ssa.If:
		o1, t1 := c.edge(b, b.Succs[0], phiTmp)
		o2, t2 := c.edge(b, b.Succs[1], phiTmp)
		if b.Succs[0] == b.Succs[1] {
			o2, t2 = o1, t1
		}
		var cond func(*frame) bool
		if bo, ok := in.Cond.(*ssa.BinOp); ok && len(b.Instrs) > 1 && b.Instrs[len(b.Instrs)-2] == ssa.Instruction(bo) && len(*bo.Referrers()) == 1 {
			cond = c.cond(bo)
		}
		if cond == nil {
			x := c.off(in.Cond)
			cond = func(fr *frame) bool { return *(*bool)(at(fr.m, x)) }
		}
		if o1 == nil && o2 == nil {
			return func(fr *frame) *block {
				if cond(fr) {
					return t1
				}
				return t2
			}
		}
		return func(fr *frame) *block {
			if cond(fr) {
				if o1 != nil {
					o1(fr)
				}
				return t1
			}
			if o2 != nil {
				o2(fr)
			}
			return t2
		}
	case *ssa.Return:
		n := len(in.Results)
		if n == 0 {
			return func(*frame) *block { return nil }
		}
		src := make([]uintptr, n)
		mv := make([]func(d, s ptr), n)
		for i, r := range in.Results {
			src[i] = c.off(r)
			mv[i] = move(c.res[i].t)
		}
		res := c.res
		if n == 1 {
			s, d, f := src[0], res[0].off, mv[0]
			return func(fr *frame) *block { f(at(fr.m, d), at(fr.m, s)); return nil }
		}
		return func(fr *frame) *block {
			for i := range src {
				mv[i](at(fr.m, res[i].off), at(fr.m, src[i]))
			}
			return nil
		}
	case *ssa.Panic:
		x := c.off(in.X)
		return func(fr *frame) *block { panic(*(*any)(at(fr.m, x))) }
	}
	panic(fmt.Sprintf("terminator %T", in))
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}
type ordered interface {
	integer | ~float32 | ~float64 | ~string
}

func cmpCond[T ordered](k token.Token, x, y uintptr) func(*frame) bool {
	switch k {
	case token.EQL:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) == *(*T)(at(fr.m, y)) }
	case token.NEQ:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) != *(*T)(at(fr.m, y)) }
	case token.LSS:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) < *(*T)(at(fr.m, y)) }
	case token.LEQ:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) <= *(*T)(at(fr.m, y)) }
	case token.GTR:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) > *(*T)(at(fr.m, y)) }
	case token.GEQ:
		return func(fr *frame) bool { return *(*T)(at(fr.m, x)) >= *(*T)(at(fr.m, y)) }
	}
	return nil
}

func isCmp(k token.Token) bool {
	return k == token.EQL || k == token.NEQ || k == token.LSS || k == token.LEQ || k == token.GTR || k == token.GEQ
}

func (c *comp) cond(b *ssa.BinOp) func(*frame) bool {
	if !isCmp(b.Op) {
		return nil
	}
	x, y, t, k := c.off(b.X), c.off(b.Y), c.typ(b.X), b.Op
	switch t.Kind() {
	case reflect.Int:
		return cmpCond[int](k, x, y)
	case reflect.Int8:
		return cmpCond[int8](k, x, y)
	case reflect.Int16:
		return cmpCond[int16](k, x, y)
	case reflect.Int32:
		return cmpCond[int32](k, x, y)
	case reflect.Int64:
		return cmpCond[int64](k, x, y)
	case reflect.Uint:
		return cmpCond[uint](k, x, y)
	case reflect.Uint8:
		return cmpCond[uint8](k, x, y)
	case reflect.Uint16:
		return cmpCond[uint16](k, x, y)
	case reflect.Uint32:
		return cmpCond[uint32](k, x, y)
	case reflect.Uint64:
		return cmpCond[uint64](k, x, y)
	case reflect.Uintptr:
		return cmpCond[uintptr](k, x, y)
	case reflect.Float32:
		return cmpCond[float32](k, x, y)
	case reflect.Float64:
		return cmpCond[float64](k, x, y)
	case reflect.String:
		return cmpCond[string](k, x, y)
	}
	neg := k == token.NEQ
	switch t.Kind() {
	case reflect.Bool:
		return func(fr *frame) bool { return *(*bool)(at(fr.m, x)) == *(*bool)(at(fr.m, y)) != neg }
	case reflect.Complex64:
		return func(fr *frame) bool { return *(*complex64)(at(fr.m, x)) == *(*complex64)(at(fr.m, y)) != neg }
	case reflect.Complex128:
		return func(fr *frame) bool { return *(*complex128)(at(fr.m, x)) == *(*complex128)(at(fr.m, y)) != neg }
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Slice:
		if types.IsInterface(b.Y.Type()) {
			break
		}
		return func(fr *frame) bool { return *(*ptr)(at(fr.m, x)) == *(*ptr)(at(fr.m, y)) != neg }
	}
	tx, ty := t, c.typ(b.Y)
	if t.Kind() == reflect.Interface || ty.Kind() == reflect.Interface {
		ex, ey := eface(tx), eface(ty)
		return func(fr *frame) bool { return ex(at(fr.m, x)) == ey(at(fr.m, y)) != neg }
	}
	eq := abiOf(t).Equal
	return func(fr *frame) bool { return eq(at(fr.m, x), at(fr.m, y)) != neg }
}

// eface gives a function that reads a value as an empty interface.
func eface(t reflect.Type) func(ptr) any {
	if t.Kind() != reflect.Interface {
		return func(p ptr) any { return reflect.NewAt(t, p).Elem().Interface() }
	}
	if t.NumMethod() == 0 {
		return func(p ptr) any { return *(*any)(p) }
	}
	return func(p ptr) any {
		i := *(*iface)(p)
		if i.tab != nil {
			i.tab = *(*ptr)(at(i.tab, 8))
		}
		return *(*any)(ptr(&i))
	}
}

type number interface {
	integer | ~float32 | ~float64 | ~complex64 | ~complex128
}

func arith[T number](k token.Token, d, x, y uintptr) op {
	switch k {
	case token.ADD:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) + *(*T)(at(m, y)) }
	case token.SUB:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) - *(*T)(at(m, y)) }
	case token.MUL:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) * *(*T)(at(m, y)) }
	case token.QUO:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) / *(*T)(at(m, y)) }
	}
	return nil
}

func bits[T integer](k token.Token, d, x, y uintptr) op {
	if o := arith[T](k, d, x, y); o != nil {
		return o
	}
	switch k {
	case token.REM:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) % *(*T)(at(m, y)) }
	case token.AND:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) & *(*T)(at(m, y)) }
	case token.OR:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) | *(*T)(at(m, y)) }
	case token.XOR:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) ^ *(*T)(at(m, y)) }
	case token.AND_NOT:
		return func(fr *frame) { m := fr.m; *(*T)(at(m, d)) = *(*T)(at(m, x)) &^ *(*T)(at(m, y)) }
	}
	return nil
}

func shift[T integer](k token.Token, d, x uintptr, cnt func(*frame) uint64) op {
	if k == token.SHL {
		return func(fr *frame) { *(*T)(at(fr.m, d)) = *(*T)(at(fr.m, x)) << cnt(fr) }
	}
	return func(fr *frame) { *(*T)(at(fr.m, d)) = *(*T)(at(fr.m, x)) >> cnt(fr) }
}

func (c *comp) count(v ssa.Value) func(*frame) uint64 {
	y, t := c.off(v), c.typ(v)
	ld := loadInt(t.Kind())
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64 {
		return func(fr *frame) uint64 {
			n := ld(at(fr.m, y))
			if n < 0 {
				_ = 1 << n
			}
			return uint64(n)
		}
	}
	return func(fr *frame) uint64 { return uint64(ld(at(fr.m, y))) }
}

func (c *comp) binop(b *ssa.BinOp) op {
	d := c.off(b)
	if f := c.cond(b); f != nil {
		return func(fr *frame) { *(*bool)(at(fr.m, d)) = f(fr) }
	}
	x, y, k := c.off(b.X), c.off(b.Y), b.Op
	kind := c.typ(b.X).Kind()
	if k == token.SHL || k == token.SHR {
		n := c.count(b.Y)
		switch kind {
		case reflect.Int:
			return shift[int](k, d, x, n)
		case reflect.Int8:
			return shift[int8](k, d, x, n)
		case reflect.Int16:
			return shift[int16](k, d, x, n)
		case reflect.Int32:
			return shift[int32](k, d, x, n)
		case reflect.Int64:
			return shift[int64](k, d, x, n)
		case reflect.Uint:
			return shift[uint](k, d, x, n)
		case reflect.Uint8:
			return shift[uint8](k, d, x, n)
		case reflect.Uint16:
			return shift[uint16](k, d, x, n)
		case reflect.Uint32:
			return shift[uint32](k, d, x, n)
		case reflect.Uint64:
			return shift[uint64](k, d, x, n)
		case reflect.Uintptr:
			return shift[uintptr](k, d, x, n)
		}
	}
	switch kind {
	case reflect.Int:
		return bits[int](k, d, x, y)
	case reflect.Int8:
		return bits[int8](k, d, x, y)
	case reflect.Int16:
		return bits[int16](k, d, x, y)
	case reflect.Int32:
		return bits[int32](k, d, x, y)
	case reflect.Int64:
		return bits[int64](k, d, x, y)
	case reflect.Uint:
		return bits[uint](k, d, x, y)
	case reflect.Uint8:
		return bits[uint8](k, d, x, y)
	case reflect.Uint16:
		return bits[uint16](k, d, x, y)
	case reflect.Uint32:
		return bits[uint32](k, d, x, y)
	case reflect.Uint64:
		return bits[uint64](k, d, x, y)
	case reflect.Uintptr:
		return bits[uintptr](k, d, x, y)
	case reflect.Float32:
		return arith[float32](k, d, x, y)
	case reflect.Float64:
		return arith[float64](k, d, x, y)
	case reflect.Complex64:
		return arith[complex64](k, d, x, y)
	case reflect.Complex128:
		return arith[complex128](k, d, x, y)
	case reflect.String:
		return func(fr *frame) { *(*string)(at(fr.m, d)) = *(*string)(at(fr.m, x)) + *(*string)(at(fr.m, y)) }
	}
	panic("binop " + b.String())
}

func loadInt(k reflect.Kind) func(ptr) int64 {
	switch k {
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr, reflect.UnsafePointer, reflect.Pointer:
		return func(p ptr) int64 { return *(*int64)(p) }
	case reflect.Int8:
		return func(p ptr) int64 { return int64(*(*int8)(p)) }
	case reflect.Int16:
		return func(p ptr) int64 { return int64(*(*int16)(p)) }
	case reflect.Int32:
		return func(p ptr) int64 { return int64(*(*int32)(p)) }
	case reflect.Uint8:
		return func(p ptr) int64 { return int64(*(*uint8)(p)) }
	case reflect.Uint16:
		return func(p ptr) int64 { return int64(*(*uint16)(p)) }
	case reflect.Uint32:
		return func(p ptr) int64 { return int64(*(*uint32)(p)) }
	}
	return nil
}

func isUnsigned(k reflect.Kind) bool { return k >= reflect.Uint && k <= reflect.Uintptr }

func (c *comp) convert(v ssa.Value, from ssa.Value) op {
	d, x, td, tx := c.off(v), c.off(from), c.typ(v), c.typ(from)
	kd, kx := td.Kind(), tx.Kind()
	if kd == kx && kd != reflect.Slice || td == tx {
		mv := move(td)
		return func(fr *frame) { mv(at(fr.m, d), at(fr.m, x)) }
	}
	if kd == reflect.UnsafePointer || kx == reflect.UnsafePointer {
		if kd == reflect.Uintptr {
			return func(fr *frame) { *(*uintptr)(at(fr.m, d)) = *(*uintptr)(at(fr.m, x)) }
		}
		return func(fr *frame) { *(*ptr)(at(fr.m, d)) = *(*ptr)(at(fr.m, x)) }
	}
	if kx == reflect.Int && kd == reflect.Float64 {
		return func(fr *frame) { m := fr.m; *(*float64)(at(m, d)) = float64(*(*int)(at(m, x))) }
	}
	if lx := loadInt(kx); lx != nil && kx != reflect.Pointer {
		switch kd {
		case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr:
			return func(fr *frame) { *(*int64)(at(fr.m, d)) = lx(at(fr.m, x)) }
		case reflect.Int32, reflect.Uint32:
			return func(fr *frame) { *(*int32)(at(fr.m, d)) = int32(lx(at(fr.m, x))) }
		case reflect.Int16, reflect.Uint16:
			return func(fr *frame) { *(*int16)(at(fr.m, d)) = int16(lx(at(fr.m, x))) }
		case reflect.Int8, reflect.Uint8:
			return func(fr *frame) { *(*int8)(at(fr.m, d)) = int8(lx(at(fr.m, x))) }
		case reflect.Float64:
			if isUnsigned(kx) {
				return func(fr *frame) { *(*float64)(at(fr.m, d)) = float64(uint64(lx(at(fr.m, x)))) }
			}
			return func(fr *frame) { *(*float64)(at(fr.m, d)) = float64(lx(at(fr.m, x))) }
		case reflect.Float32:
			if isUnsigned(kx) {
				return func(fr *frame) { *(*float32)(at(fr.m, d)) = float32(uint64(lx(at(fr.m, x)))) }
			}
			return func(fr *frame) { *(*float32)(at(fr.m, d)) = float32(lx(at(fr.m, x))) }
		}
	}
	plain := func(t reflect.Type) reflect.Type {
		if t.Kind() == reflect.Slice {
			switch t.Elem().Kind() {
			case reflect.Uint8:
				return reflect.TypeFor[[]byte]()
			case reflect.Int32:
				return reflect.TypeFor[[]rune]()
			}
		}
		return t
	}
	if kx == reflect.String || kd == reflect.String {
		td, tx = plain(td), plain(tx)
	}
	return func(fr *frame) {
		reflect.NewAt(td, at(fr.m, d)).Elem().Set(reflect.NewAt(tx, at(fr.m, x)).Elem().Convert(td))
	}
}

func (c *comp) load(d, x uintptr, t reflect.Type) op {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint, reflect.Float64, reflect.Uintptr:
		return func(fr *frame) { m := fr.m; *(*uint64)(at(m, d)) = **(**uint64)(at(m, x)) }
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return func(fr *frame) { m := fr.m; *(*ptr)(at(m, d)) = **(**ptr)(at(m, x)) }
	case reflect.Slice:
		return func(fr *frame) { m := fr.m; *(*slice)(at(m, d)) = **(**slice)(at(m, x)) }
	}
	mv := move(t)
	return func(fr *frame) {
		p := *(*ptr)(at(fr.m, x))
		if p == nil {
			nilDeref()
		}
		mv(at(fr.m, d), p)
	}
}

func (c *comp) store(a, v uintptr, t reflect.Type) op {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint, reflect.Float64, reflect.Uintptr:
		return func(fr *frame) { m := fr.m; **(**uint64)(at(m, a)) = *(*uint64)(at(m, v)) }
	}
	mv := move(t)
	return func(fr *frame) {
		p := *(*ptr)(at(fr.m, a))
		if p == nil {
			nilDeref()
		}
		mv(p, at(fr.m, v))
	}
}

func bound(i, n int) { _ = make([]struct{}, n)[i] }

func (c *comp) index(v ssa.Value) func(*frame) int {
	o, t := c.off(v), c.typ(v)
	if t.Kind() == reflect.Int {
		return func(fr *frame) int { return *(*int)(at(fr.m, o)) }
	}
	ld := loadInt(t.Kind())
	if isUnsigned(t.Kind()) {
		return func(fr *frame) int {
			n := ld(at(fr.m, o))
			if n < 0 {
				n = math.MaxInt64
			}
			return int(n)
		}
	}
	return func(fr *frame) int { return int(ld(at(fr.m, o))) }
}

func (c *comp) instr(in ssa.Instruction) op {
	switch in := in.(type) {
	case *ssa.Phi, *ssa.DebugRef:
		return nil
	case *ssa.BinOp:
		return c.binop(in)
	case *ssa.Alloc:
		d := c.off(in)
		t := rtypeOf(c.p.ts.of(in.Type().Underlying().(*types.Pointer).Elem()))
		return func(fr *frame) { *(*ptr)(at(fr.m, d)) = unsafeNew(t) }
	case *ssa.UnOp:
		return c.unop(in)
	case *ssa.Store:
		return c.store(c.off(in.Addr), c.off(in.Val), c.typ(in.Val))
	case *ssa.ChangeType:
		mv := move(c.typ(in))
		d, x := c.off(in), c.off(in.X)
		return func(fr *frame) { mv(at(fr.m, d), at(fr.m, x)) }
	case *ssa.Convert:
		return c.convert(in, in.X)
	case *ssa.MultiConvert:
		return c.convert(in, in.X)
	case *ssa.SliceToArrayPointer:
		d, x, n := c.off(in), c.off(in.X), c.typ(in).Elem().Len()
		return func(fr *frame) {
			s := *(*slice)(at(fr.m, x))
			if s.len < n {
				panic(rtErr(fmt.Sprintf("runtime error: cannot convert slice with length %d to array or pointer to array with length %d", s.len, n)))
			}
			*(*ptr)(at(fr.m, d)) = s.p
		}
	case *ssa.FieldAddr:
		d, x := c.off(in), c.off(in.X)
		f := c.p.ts.of(in.X.Type().Underlying().(*types.Pointer).Elem()).Field(in.Field).Offset
		return func(fr *frame) {
			p := *(*ptr)(at(fr.m, x))
			if p == nil {
				nilDeref()
			}
			*(*ptr)(at(fr.m, d)) = at(p, f)
		}
	case *ssa.Field:
		d, x, mv := c.off(in), c.off(in.X), move(c.typ(in))
		x += c.typ(in.X).Field(in.Field).Offset
		return func(fr *frame) { mv(at(fr.m, d), at(fr.m, x)) }
	case *ssa.Extract:
		d, x, mv := c.off(in), c.off(in.Tuple), move(c.typ(in))
		x += c.typ(in.Tuple).Field(in.Index).Offset
		return func(fr *frame) { mv(at(fr.m, d), at(fr.m, x)) }
	case *ssa.IndexAddr:
		d, x := c.off(in), c.off(in.X)
		idx := c.index(in.Index)
		if t := c.typ(in.X); t.Kind() == reflect.Slice {
			sz := t.Elem().Size()
			if c.typ(in.Index).Kind() == reflect.Int {
				y := c.off(in.Index)
				return func(fr *frame) {
					s := (*slice)(at(fr.m, x))
					i := *(*int)(at(fr.m, y))
					if uint(i) >= uint(s.len) {
						bound(i, s.len)
					}
					*(*ptr)(at(fr.m, d)) = at(s.p, uintptr(i)*sz)
				}
			}
			return func(fr *frame) {
				s := (*slice)(at(fr.m, x))
				i := idx(fr)
				if uint(i) >= uint(s.len) {
					bound(i, s.len)
				}
				*(*ptr)(at(fr.m, d)) = at(s.p, uintptr(i)*sz)
			}
		}
		at1 := c.typ(in.X).Elem()
		n, sz := at1.Len(), at1.Elem().Size()
		return func(fr *frame) {
			p, i := *(*ptr)(at(fr.m, x)), idx(fr)
			if p == nil {
				nilDeref()
			}
			if uint(i) >= uint(n) {
				bound(i, n)
			}
			*(*ptr)(at(fr.m, d)) = at(p, uintptr(i)*sz)
		}
	case *ssa.Index:
		d, x := c.off(in), c.off(in.X)
		idx := c.index(in.Index)
		if c.typ(in.X).Kind() == reflect.String {
			return func(fr *frame) { *(*byte)(at(fr.m, d)) = (*(*string)(at(fr.m, x)))[idx(fr)] }
		}
		n, sz, mv := c.typ(in.X).Len(), c.typ(in).Size(), move(c.typ(in))
		return func(fr *frame) {
			i := idx(fr)
			if uint(i) >= uint(n) {
				bound(i, n)
			}
			mv(at(fr.m, d), at(fr.m, x+uintptr(i)*sz))
		}
	case *ssa.Lookup:
		return c.lookup(in)
	case *ssa.MapUpdate:
		m, k, v := c.off(in.Map), c.off(in.Key), c.off(in.Value)
		t, mv := rtypeOf(c.typ(in.Map)), move(c.typ(in.Value))
		return func(fr *frame) {
			p := mapassign(t, *(*ptr)(at(fr.m, m)), at(fr.m, k))
			mv(p, at(fr.m, v))
		}
	case *ssa.MakeMap:
		d, t := c.off(in), c.typ(in)
		return func(fr *frame) { reflect.NewAt(t, at(fr.m, d)).Elem().Set(reflect.MakeMap(t)) }
	case *ssa.MakeChan:
		d, t, n := c.off(in), c.typ(in), c.index(in.Size)
		return func(fr *frame) {
			if n(fr) < 0 {
				panic(rtErr("makechan: size out of range"))
			}
			reflect.NewAt(t, at(fr.m, d)).Elem().Set(reflect.MakeChan(reflect.ChanOf(reflect.BothDir, t.Elem()), n(fr)).Convert(t))
		}
	case *ssa.MakeSlice:
		d, t, n, k := c.off(in), c.typ(in), c.index(in.Len), c.index(in.Cap)
		sz := max(t.Elem().Size(), 1)
		return func(fr *frame) {
			l, k := n(fr), k(fr)
			if l < 0 || uint64(l) > 1<<47/uint64(sz) {
				panic(rtErr("runtime error: makeslice: len out of range"))
			}
			if k < l || uint64(k) > 1<<47/uint64(sz) {
				panic(rtErr("runtime error: makeslice: cap out of range"))
			}
			reflect.NewAt(t, at(fr.m, d)).Elem().Set(reflect.MakeSlice(t, l, k))
		}
	case *ssa.MakeInterface:
		return c.makeInterface(in)
	case *ssa.ChangeInterface:
		return c.toIface(c.off(in), c.off(in.X), c.typ(in), c.typ(in.X))
	case *ssa.TypeAssert:
		return c.assert(in)
	case *ssa.MakeClosure:
		d := c.off(in)
		fn := c.p.fn(in.Fn.(*ssa.Function))
		type b struct {
			off uintptr
			t   ptr
		}
		var bs []b
		for _, v := range in.Bindings {
			bs = append(bs, b{c.off(v), rtypeOf(c.typ(v))})
		}
		return func(fr *frame) {
			env := make([]ptr, len(bs))
			for i, b := range bs {
				env[i] = unsafeNew(b.t)
				typedmemmove(b.t, env[i], at(fr.m, b.off))
			}
			*(*ptr)(at(fr.m, d)) = fn.value(env)
		}
	case *ssa.Slice:
		return c.slice(in)
	case *ssa.Range:
		d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
		if t.Kind() == reflect.String {
			return func(fr *frame) { *(*ptr)(at(fr.m, d)) = ptr(&strIter{s: *(*string)(at(fr.m, x))}) }
		}
		return func(fr *frame) {
			*(*ptr)(at(fr.m, d)) = ptr(reflect.NewAt(t, at(fr.m, x)).Elem().MapRange())
		}
	case *ssa.Next:
		d, x, t := c.off(in), c.off(in.Iter), c.typ(in)
		o1, o2 := d+t.Field(1).Offset, d+t.Field(2).Offset
		if in.IsString {
			return func(fr *frame) {
				it := (*strIter)(*(*ptr)(at(fr.m, x)))
				ok := it.i < len(it.s)
				*(*bool)(at(fr.m, d)) = ok
				if ok {
					*(*int)(at(fr.m, o1)) = it.i
					r, n := decode(it.s[it.i:])
					*(*rune)(at(fr.m, o2)) = r
					it.i += n
				}
			}
		}
		mt := c.typ(in.Iter.(*ssa.Range).X)
		hk, hv := t.Field(1).Type == mt.Key(), t.Field(2).Type == mt.Elem()
		tk, tv := mt.Key(), mt.Elem()
		return func(fr *frame) {
			it := (*reflect.MapIter)(*(*ptr)(at(fr.m, x)))
			ok := it.Next()
			*(*bool)(at(fr.m, d)) = ok
			if ok {
				if hk {
					reflect.NewAt(tk, at(fr.m, o1)).Elem().SetIterKey(it)
				}
				if hv {
					reflect.NewAt(tv, at(fr.m, o2)).Elem().SetIterValue(it)
				}
			}
		}
	case *ssa.Send:
		ch, x, t, tx := c.off(in.Chan), c.off(in.X), c.typ(in.Chan), c.typ(in.X)
		p := c.p
		return func(fr *frame) {
			v := reflect.NewAt(tx, at(fr.m, x)).Elem()
			chv := reflect.NewAt(t, at(fr.m, ch)).Elem()
			if !chv.IsNil() && chv.TrySend(v) {
				return
			}
			p.sel([]reflect.SelectCase{{Dir: reflect.SelectSend, Chan: chv, Send: v}}, true)
		}
	case *ssa.Select:
		return c.sel(in)
	case *ssa.Call:
		return c.call(in)
	case *ssa.Go:
		prep := c.prepare(&in.Call)
		p := c.p
		return func(fr *frame) {
			f := prep(fr)
			go func() {
				defer func() {
					if r := recover(); r != nil {
						p.onPanic(r)
					}
				}()
				f(nil, nil)
			}()
		}
	case *ssa.Defer:
		prep := c.prepare(&in.Call)
		if in.DeferStack != nil {
			s := c.off(in.DeferStack)
			return func(fr *frame) {
				f := prep(fr)
				o := (*frame)(*(*ptr)(at(fr.m, s)))
				o.defers = append(o.defers, func(fr *frame) { f(nil, fr) })
			}
		}
		return func(fr *frame) {
			f := prep(fr)
			fr.defers = append(fr.defers, func(fr *frame) { f(nil, fr) })
		}
	case *ssa.RunDefers:
		return func(fr *frame) { fr.runDefers() }
	}
	panic(fmt.Sprintf("instruction %T", in))
}

type strIter struct {
	s string
	i int
}

func decode(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return []rune(s[:i])[0], i
		}
		_ = r
	}
	return []rune(s)[0], len(s)
}

func (c *comp) unop(in *ssa.UnOp) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	switch in.Op {
	case token.MUL:
		return c.load(d, x, c.typ(in))
	case token.NOT:
		return func(fr *frame) { *(*bool)(at(fr.m, d)) = !*(*bool)(at(fr.m, x)) }
	case token.ARROW:
		p, et, ok := c.p, t.Elem(), in.CommaOk
		var o1 uintptr
		if ok {
			o1 = c.typ(in).Field(1).Offset
		}
		return func(fr *frame) {
			ch := reflect.NewAt(t, at(fr.m, x)).Elem()
			var v reflect.Value
			var got bool
			if !ch.IsNil() {
				v, got = ch.TryRecv()
			}
			if !v.IsValid() {
				_, v, got = p.sel([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: ch}}, true)
			}
			reflect.NewAt(et, at(fr.m, d)).Elem().Set(v)
			if ok {
				*(*bool)(at(fr.m, d+o1)) = got
			}
		}
	case token.SUB:
		switch t.Kind() {
		case reflect.Float64:
			return func(fr *frame) { *(*float64)(at(fr.m, d)) = -*(*float64)(at(fr.m, x)) }
		case reflect.Float32:
			return func(fr *frame) { *(*float32)(at(fr.m, d)) = -*(*float32)(at(fr.m, x)) }
		case reflect.Complex64:
			return func(fr *frame) { *(*complex64)(at(fr.m, d)) = -*(*complex64)(at(fr.m, x)) }
		case reflect.Complex128:
			return func(fr *frame) { *(*complex128)(at(fr.m, d)) = -*(*complex128)(at(fr.m, x)) }
		}
	}
	f := func(n uint64) uint64 { return -n }
	if in.Op == token.XOR {
		f = func(n uint64) uint64 { return ^n }
	}
	switch t.Size() {
	case 1:
		return func(fr *frame) { *(*uint8)(at(fr.m, d)) = uint8(f(uint64(*(*uint8)(at(fr.m, x))))) }
	case 2:
		return func(fr *frame) { *(*uint16)(at(fr.m, d)) = uint16(f(uint64(*(*uint16)(at(fr.m, x))))) }
	case 4:
		return func(fr *frame) { *(*uint32)(at(fr.m, d)) = uint32(f(uint64(*(*uint32)(at(fr.m, x))))) }
	}
	return func(fr *frame) { *(*uint64)(at(fr.m, d)) = f(*(*uint64)(at(fr.m, x))) }
}

// sel selects, and sees an interrupt.
func (p *Program) sel(cs []reflect.SelectCase, block bool) (int, reflect.Value, bool) {
	if block {
		p.mu.Lock()
		stop := p.stopC
		p.mu.Unlock()
		cs = append(cs, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(stop)})
	} else {
		cs = append(cs, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	i, v, ok := reflect.Select(cs)
	if i == len(cs)-1 {
		if block {
			panic(interrupted{})
		}
		i = -1
	}
	return i, v, ok
}

func (c *comp) sel(in *ssa.Select) op {
	d, t := c.off(in), c.typ(in)
	type st struct {
		ch, x uintptr
		t, tx reflect.Type
		send  bool
		res   uintptr
		et    reflect.Type
	}
	var ss []st
	r := 2
	for _, s := range in.States {
		x := st{ch: c.off(s.Chan), t: c.typ(s.Chan), send: s.Dir == types.SendOnly}
		if x.send {
			x.x, x.tx = c.off(s.Send), c.typ(s.Send)
		} else {
			x.res, x.et = d+t.Field(r).Offset, t.Field(r).Type
			r++
		}
		ss = append(ss, x)
	}
	p, o1 := c.p, t.Field(1).Offset
	return func(fr *frame) {
		cs := make([]reflect.SelectCase, len(ss), len(ss)+1)
		for i, s := range ss {
			cs[i].Chan = reflect.NewAt(s.t, at(fr.m, s.ch)).Elem()
			cs[i].Dir = reflect.SelectRecv
			if s.send {
				cs[i].Dir, cs[i].Send = reflect.SelectSend, reflect.NewAt(s.tx, at(fr.m, s.x)).Elem()
			}
		}
		i, v, ok := p.sel(cs, in.Blocking)
		*(*int)(at(fr.m, d)) = i
		*(*bool)(at(fr.m, d+o1)) = ok
		for k, s := range ss {
			if !s.send {
				e := reflect.NewAt(s.et, at(fr.m, s.res)).Elem()
				if k == i {
					e.Set(v)
				} else {
					e.SetZero()
				}
			}
		}
	}
}

func (c *comp) lookup(in *ssa.Lookup) op {
	d, x, k := c.off(in), c.off(in.X), c.off(in.Index)
	mt := c.typ(in.X)
	if mt.Kind() == reflect.String {
		idx := c.index(in.Index)
		return func(fr *frame) { *(*byte)(at(fr.m, d)) = (*(*string)(at(fr.m, x)))[idx(fr)] }
	}
	t, mv := rtypeOf(mt), move(mt.Elem())
	zero := unsafeNew(rtypeOf(mt.Elem()))
	var o1 uintptr
	if in.CommaOk {
		o1 = c.typ(in).Field(1).Offset
	}
	return func(fr *frame) {
		p, ok := mapaccess2(t, *(*ptr)(at(fr.m, x)), at(fr.m, k))
		if !ok {
			p = zero
		}
		mv(at(fr.m, d), p)
		if in.CommaOk {
			*(*bool)(at(fr.m, d+o1)) = ok
		}
	}
}

func (c *comp) makeInterface(in *ssa.MakeInterface) op {
	d, x, t, it := c.off(in), c.off(in.X), c.typ(in.X), c.typ(in)
	r := rtypeOf(t)
	tab := r
	if it.NumMethod() > 0 {
		tab = getitab(rtypeOf(it), r, false)
	}
	if abiOf(t).TFlag&flagDirect != 0 {
		return func(fr *frame) { *(*iface)(at(fr.m, d)) = iface{tab, *(*ptr)(at(fr.m, x))} }
	}
	return func(fr *frame) {
		p := unsafeNew(r)
		typedmemmove(r, p, at(fr.m, x))
		*(*iface)(at(fr.m, d)) = iface{tab, p}
	}
}

func dynType(i iface, methods bool) ptr {
	if i.tab != nil && methods {
		return *(*ptr)(at(i.tab, 8))
	}
	return i.tab
}

func (c *comp) toIface(d, x uintptr, td, tx reflect.Type) op {
	mx := tx.NumMethod() > 0
	if td.NumMethod() == 0 {
		return func(fr *frame) {
			i := *(*iface)(at(fr.m, x))
			i.tab = dynType(i, mx)
			*(*iface)(at(fr.m, d)) = i
		}
	}
	r := rtypeOf(td)
	return func(fr *frame) {
		i := *(*iface)(at(fr.m, x))
		if i.tab != nil {
			i.tab = getitab(r, dynType(i, mx), false)
		}
		*(*iface)(at(fr.m, d)) = i
	}
}

func (c *comp) assert(in *ssa.TypeAssert) op {
	d, x, tx := c.off(in), c.off(in.X), c.typ(in.X)
	t := c.p.ts.of(in.AssertedType)
	r, mx := rtypeOf(t), tx.NumMethod() > 0
	var o1 uintptr
	if in.CommaOk {
		o1 = c.typ(in).Field(1).Offset
	}
	fail := func(i ptr) {
		have := "nil"
		if i != nil {
			have = typeAt(i).String()
		}
		panic(&assertErr{tx, t, have, i})
	}
	if t.Kind() == reflect.Interface {
		any0 := t.NumMethod() == 0
		return func(fr *frame) {
			i := *(*iface)(at(fr.m, x))
			ty := dynType(i, mx)
			tab := ty
			if ty != nil && !any0 {
				tab = getitab(r, ty, true)
			}
			if tab == nil {
				if !in.CommaOk {
					fail(ty)
				}
				i.data = nil
			}
			i.tab = tab
			*(*iface)(at(fr.m, d)) = i
			if in.CommaOk {
				*(*bool)(at(fr.m, d+o1)) = tab != nil
			}
		}
	}
	direct, mv := abiOf(t).TFlag&flagDirect != 0, move(t)
	zero := unsafeNew(r)
	return func(fr *frame) {
		i := *(*iface)(at(fr.m, x))
		ok := dynType(i, mx) == r
		switch {
		case !ok:
			if !in.CommaOk {
				fail(dynType(i, mx))
			}
			mv(at(fr.m, d), zero)
		case direct:
			*(*ptr)(at(fr.m, d)) = i.data
		default:
			mv(at(fr.m, d), i.data)
		}
		if in.CommaOk {
			*(*bool)(at(fr.m, d+o1)) = ok
		}
	}
}

type assertErr struct {
	x, t reflect.Type
	have string
	dyn  ptr
}

func (e *assertErr) RuntimeError() {}
func (e *assertErr) Error() string {
	if e.t.Kind() == reflect.Interface && e.dyn != nil {
		miss := ""
		for i := 0; i < e.t.NumMethod(); i++ {
			if _, ok := typeAt(e.dyn).MethodByName(e.t.Method(i).Name); !ok {
				miss = e.t.Method(i).Name
				break
			}
		}
		return "interface conversion: " + e.have + " is not " + e.t.String() + ": missing method " + miss
	}
	n := "interface"
	if e.x.NumMethod() == 0 {
		n = "interface {}"
	} else if e.x.Name() != "" {
		n = e.x.String()
	}
	return "interface conversion: " + n + " is " + e.have + ", not " + e.t.String()
}

func (c *comp) slice(in *ssa.Slice) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	opt := func(v ssa.Value) func(*frame) int {
		if v == nil {
			return nil
		}
		return c.index(v)
	}
	lo, hi, mx := opt(in.Low), opt(in.High), opt(in.Max)
	if t.Kind() == reflect.String {
		return func(fr *frame) {
			s := *(*string)(at(fr.m, x))
			l, h := 0, len(s)
			if lo != nil {
				l = lo(fr)
			}
			if hi != nil {
				h = hi(fr)
			}
			*(*string)(at(fr.m, d)) = s[l:h]
		}
	}
	var sz uintptr
	arr := t.Kind() == reflect.Pointer
	n := 0
	if arr {
		sz, n = t.Elem().Elem().Size(), t.Elem().Len()
	} else {
		sz = t.Elem().Size()
	}
	return func(fr *frame) {
		var s slice
		if arr {
			s = slice{*(*ptr)(at(fr.m, x)), n, n}
			if s.p == nil {
				nilDeref()
			}
		} else {
			s = *(*slice)(at(fr.m, x))
		}
		l, h, k := 0, s.len, s.cap
		if lo != nil {
			l = lo(fr)
		}
		if hi != nil {
			h = hi(fr)
		}
		if mx != nil {
			k = mx(fr)
		}
		if uint(k) > uint(s.cap) || uint(h) > uint(k) || uint(l) > uint(h) {
			z := unsafe.Slice((*struct{})(ptr(&s)), s.cap)
			if mx != nil {
				_ = z[:s.len][l:h:k]
			}
			_ = z[:s.len][l:h]
		}
		p := s.p
		if k > l {
			p = at(p, uintptr(l)*sz)
		}
		*(*slice)(at(fr.m, d)) = slice{p, h - l, k - l}
	}
}

// prepare evaluates the operands of a call; what it returns makes the call.
func (c *comp) prepare(cc *ssa.CallCommon) func(*frame) func(ret func(*Func, *frame), owner *frame) {
	if b, ok := cc.Value.(*ssa.Builtin); ok {
		// go and defer with builtins: copy the operands into a frame of their own
		o := c.builtin(b, cc, nil)
		args := make([]slot, len(cc.Args))
		for i, a := range cc.Args {
			args[i] = slot{c.off(a), c.typ(a)}
		}
		return func(fr *frame) func(func(*Func, *frame), *frame) {
			if b.Name() == "recover" {
				return func(_ func(*Func, *frame), owner *frame) {
					f2 := &frame{owner: fr.owner, m: fr.m}
					o(f2)
				}
			}
			m := unsafeNew(c.mt)
			typedmemmove(c.mt, m, fr.m)
			return func(_ func(*Func, *frame), owner *frame) { o(&frame{m: m, fn: fr.fn, owner: owner}) }
		}
	}
	args := make([]slot, len(cc.Args))
	mvs := make([]func(d, s ptr), len(cc.Args))
	for i, a := range cc.Args {
		args[i] = slot{c.off(a), c.typ(a)}
		mvs[i] = move(args[i].t)
	}
	start := func(fn *Func, fr *frame, k int) *frame {
		for fn.redirect != nil {
			fn = fn.redirect
		}
		nf := fn.get()
		fr.callee = nf
		for i := range args {
			mvs[i](at(nf.m, fn.params[i+k].off), at(fr.m, args[i].off))
		}
		return nf
	}
	finish := func(fn *Func, nf *frame) func(func(*Func, *frame), *frame) {
		fn = nf.fn
		return func(ret func(*Func, *frame), owner *frame) {
			nf.owner = owner
			fn.exec(nf)
			if ret != nil {
				ret(fn, nf)
			}
			fn.put(nf)
		}
	}
	if cc.IsInvoke() {
		x, it := c.off(cc.Value), c.typ(cc.Value)
		name := cc.Method.Name()
		mi, _ := it.MethodByName(name)
		var last ptr
		var lfn *Func
		return func(fr *frame) func(func(*Func, *frame), *frame) {
			i := *(*iface)(at(fr.m, x))
			if i.tab == nil {
				nilDeref()
			}
			ty := dynType(i, true)
			var fn *Func
			if ty == last && lfn != nil {
				fn = lfn
			} else if t := c.p.ts.byR[ty]; t != nil {
				sel := types.NewMethodSet(t).Lookup(cc.Method.Pkg(), name)
				fn = c.p.ts.methods(t, sel)
				last, lfn = ty, fn
			}
			if fn != nil {
				nf := start(fn, fr, 1)
				fn = nf.fn
				if abiOf(typeAt(ty)).TFlag&flagDirect != 0 {
					*(*ptr)(at(nf.m, fn.params[0].off)) = i.data
				} else {
					typedmemmove(ty, at(nf.m, fn.params[0].off), i.data)
				}
				return finish(fn, nf)
			}
			m := reflect.NewAt(it, at(fr.m, x)).Elem()
			v := reflect.New(it).Elem()
			v.Set(m)
			return c.hostCall(v.Method(mi.Index), fr, args)
		}
	}
	if f, ok := cc.Value.(*ssa.Function); ok {
		fn := c.p.fn(f)
		return func(fr *frame) func(func(*Func, *frame), *frame) { return finish(fn, start(fn, fr, 0)) }
	}
	x, ft := c.off(cc.Value), c.typ(cc.Value)
	if mc, ok := cc.Value.(*ssa.MakeClosure); ok {
		ft = c.p.ts.of(mc.Type())
	}
	return func(fr *frame) func(func(*Func, *frame), *frame) {
		p := *(*ptr)(at(fr.m, x))
		if p == nil {
			return func(func(*Func, *frame), *frame) { nilDeref() }
		}
		if cl := (*closure)(p); cl.code == fnStubPC {
			nf := start(cl.fn, fr, 0)
			nf.fn.bind(nf, cl)
			return finish(nf.fn, nf)
		}
		h := reflect.New(ft)
		*(*ptr)(h.UnsafePointer()) = p
		return c.hostCall(h.Elem(), fr, args)
	}
}

func (c *comp) hostCall(h reflect.Value, fr *frame, args []slot) func(func(*Func, *frame), *frame) {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		v := reflect.New(a.t).Elem()
		v.Set(reflect.NewAt(a.t, at(fr.m, a.off)).Elem())
		in[i] = v
	}
	return func(ret func(*Func, *frame), _ *frame) {
		var out []reflect.Value
		if h.Type().IsVariadic() {
			out = h.CallSlice(in)
		} else {
			out = h.Call(in)
		}
		if ret != nil {
			var fs []reflect.StructField
			for i, o := range out {
				fs = append(fs, reflect.StructField{Name: fmt.Sprint("F", i), Type: o.Type()})
			}
			st := reflect.StructOf(fs)
			v := reflect.New(st)
			fn := &Func{}
			for i, o := range out {
				v.Elem().Field(i).Set(o)
				fn.res = append(fn.res, slot{st.Field(i).Offset, o.Type()})
			}
			ret(fn, &frame{m: v.UnsafePointer()})
		}
	}
}

func (c *comp) call(in *ssa.Call) op {
	cc := &in.Call
	if b, ok := cc.Value.(*ssa.Builtin); ok {
		return c.builtin(b, cc, in)
	}
	var dsts []uintptr
	var rmv []func(d, s ptr)
	n := cc.Signature().Results().Len()
	if n == 1 {
		dsts, rmv = []uintptr{c.off(in)}, []func(d, s ptr){move(c.typ(in))}
	} else if n > 1 {
		for i := range n {
			f := c.typ(in).Field(i)
			dsts, rmv = append(dsts, c.off(in)+f.Offset), append(rmv, move(f.Type))
		}
	}
	if f, ok := cc.Value.(*ssa.Function); ok { // the fast way
		fn := c.p.fn(f)
		na := len(cc.Args)
		src := make([]uintptr, na)
		mvs := make([]func(d, s ptr), na)
		for i, a := range cc.Args {
			src[i], mvs[i] = c.off(a), move(c.typ(a))
		}
		p := c.p
		wrapper := strings.HasPrefix(c.f.Synthetic, "wrapper") || strings.HasPrefix(c.f.Synthetic, "bound") || strings.HasPrefix(c.f.Synthetic, "thunk")
		return func(fr *frame) {
			fn := fn
			for fn.redirect != nil {
				fn = fn.redirect
			}
			if p.stop.Load() {
				panic(interrupted{})
			}
			nf := fn.get()
			for i := range src {
				mvs[i](at(nf.m, fn.params[i].off), at(fr.m, src[i]))
			}
			fr.callee = nf
			if wrapper {
				nf.owner = fr.owner
			}
			if fn.defers {
				fn.execD(nf)
			} else {
				run(nf, fn.entry)
			}
			fr.callee = nil
			for i := range dsts {
				rmv[i](at(fr.m, dsts[i]), at(nf.m, fn.res[i].off))
			}
			fn.put(nf)
		}
	}
	prep := c.prepare(cc)
	return func(fr *frame) {
		prep(fr)(func(fn *Func, nf *frame) {
			for i := range dsts {
				rmv[i](at(fr.m, dsts[i]), at(nf.m, fn.res[i].off))
			}
		}, nil)
		fr.callee = nil
	}
}

var _ = runtime.GC
var _ = errors.New

func val(in ssa.Instruction) ssa.Value { v, _ := in.(ssa.Value); return v }

// fuse makes one operation of an address and the load from it.
func (c *comp) fuse(a, b ssa.Instruction) op {
	ld, ok := b.(*ssa.UnOp)
	if !ok || ld.Op != token.MUL || ld.X != val(a) || len(*val(a).Referrers()) != 1 {
		return nil
	}
	d, t := c.off(ld), c.typ(ld)
	switch a := a.(type) {
	case *ssa.IndexAddr:
		if c.typ(a.X).Kind() != reflect.Slice || c.typ(a.Index).Kind() != reflect.Int {
			return nil
		}
		x, y, sz := c.off(a.X), c.off(a.Index), t.Size()
		switch t.Kind() {
		case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint, reflect.Float64:
			return func(fr *frame) {
				m := fr.m
				s, i := (*slice)(at(m, x)), *(*int)(at(m, y))
				if uint(i) >= uint(s.len) {
					bound(i, s.len)
				}
				*(*uint64)(at(m, d)) = *(*uint64)(at(s.p, uintptr(i)*8))
			}
		case reflect.Slice:
			return func(fr *frame) {
				m := fr.m
				s, i := (*slice)(at(m, x)), *(*int)(at(m, y))
				if uint(i) >= uint(s.len) {
					bound(i, s.len)
				}
				*(*slice)(at(m, d)) = *(*slice)(at(s.p, uintptr(i)*sz))
			}
		}
		mv := move(t)
		return func(fr *frame) {
			m := fr.m
			s, i := (*slice)(at(m, x)), *(*int)(at(m, y))
			if uint(i) >= uint(s.len) {
				bound(i, s.len)
			}
			mv(at(m, d), at(s.p, uintptr(i)*sz))
		}
	case *ssa.FieldAddr:
		x := c.off(a.X)
		f := c.p.ts.of(a.X.Type().Underlying().(*types.Pointer).Elem()).Field(a.Field).Offset
		mv := move(t)
		return func(fr *frame) {
			p := *(*ptr)(at(fr.m, x))
			if p == nil {
				nilDeref()
			}
			mv(at(fr.m, d), at(p, f))
		}
	}
	return nil
}

// trace tells where a frame and those it called are, innermost first.
func (p *Program) trace(fr *frame) (lines []string) {
	for ; fr != nil; fr = fr.callee {
		if fr.b == nil || fr.fn == nil {
			continue
		}
		pos := token.NoPos
		for i := min(fr.i, len(fr.b.pos)-1); i >= 0 && !pos.IsValid(); i-- {
			pos = fr.b.pos[i]
		}
		if ps := p.prog.Fset.Position(pos); ps.IsValid() {
			lines = append([]string{fmt.Sprintf("%s in %s", ps, fr.fn.f.Name())}, lines...)
		}
	}
	return lines
}
