package code

import (
	"fmt"
	"go/types"
	"hash/fnv"
	"reflect"
	"sort"
	"strings"
	"unsafe"

	"golang.org/x/tools/go/types/typeutil"
)

//go:linkname addReflectOff reflect.addReflectOff
func addReflectOff(ptr unsafe.Pointer) int32

//go:linkname typedmemmove runtime.typedmemmove
func typedmemmove(t, dst, src unsafe.Pointer)

//go:linkname unsafeNew reflect.unsafe_New
func unsafeNew(t unsafe.Pointer) unsafe.Pointer

//go:linkname getitab runtime.getitab
func getitab(inter, typ unsafe.Pointer, canfail bool) unsafe.Pointer

//go:linkname mapaccess2 runtime.mapaccess2
func mapaccess2(t, m, key unsafe.Pointer) (unsafe.Pointer, bool)

//go:linkname mapassign runtime.mapassign
func mapassign(t, m, key unsafe.Pointer) unsafe.Pointer

// The layouts of internal/abi, go1.26.
type aType struct {
	Size, PtrBytes                 uintptr
	Hash                           uint32
	TFlag, Align, FieldAlign, Kind uint8
	Equal                          func(p, q unsafe.Pointer) bool
	GCData                         *byte
	Str, PtrToThis                 int32
}
type aUncommon struct {
	PkgPath        int32
	Mcount, Xcount uint16
	Moff, _        uint32
}
type aMethod struct{ Name, Mtyp, Ifn, Tfn int32 }
type aImethod struct{ Name, Typ int32 }
type aInterface struct {
	aType
	PkgPath *byte
	Methods []aImethod
}
type aField struct {
	Name   *byte
	Typ    *aType
	Offset uintptr
}
type aStruct struct {
	aType
	PkgPath *byte
	Fields  []aField
}
type aArray struct {
	aType
	Elem, Slice *aType
	Len         uintptr
}
type aChan struct {
	aType
	Elem *aType
	Dir  int
}
type aFunc struct {
	aType
	In, Out uint16
}
type aMap struct {
	aType
	Key, Elem, Group             *aType
	Hasher                       func(unsafe.Pointer, uintptr) uintptr
	GroupSize, SlotSize, ElemOff uintptr
	Flags                        uint32
}
type aElem struct {
	aType
	Elem *aType
}

const (
	flagUncommon, flagExtraStar, flagNamed, flagOnDemand, flagDirect = 1, 2, 4, 16, 32
)

func rtypeOf(t reflect.Type) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] }
func abiOf(t reflect.Type) *aType           { return (*aType)(rtypeOf(t)) }
func typeAt(p unsafe.Pointer) reflect.Type {
	var e any
	(*[2]unsafe.Pointer)(unsafe.Pointer(&e))[0] = p
	return reflect.TypeOf(e)
}

func nameBytes(s string, exported, embedded bool, tag string) *byte {
	b := []byte{0}
	if exported {
		b[0] |= 1
	}
	if embedded {
		b[0] |= 8
	}
	put := func(s string) {
		n := len(s)
		for n >= 0x80 {
			b = append(b, byte(n)|0x80)
			n >>= 7
		}
		b = append(b, byte(n))
		b = append(b, s...)
	}
	put(s)
	if tag != "" {
		b[0] |= 2
		put(tag)
	}
	keep = append(keep, b)
	return &b[0]
}

var keep []any // types and names live for ever

var sizes = types.SizesFor("gc", "amd64")

// pointer mask of a type
func ptrmask(t types.Type, base int64, set func(word int64)) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch u.Kind() {
		case types.String, types.UnsafePointer:
			set(base / 8)
		}
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature, *types.Slice:
		set(base / 8)
	case *types.Interface:
		set(base / 8)
		set(base/8 + 1)
	case *types.Array:
		n := sizes.Sizeof(u.Elem())
		for i := int64(0); i < u.Len(); i++ {
			ptrmask(u.Elem(), base+i*n, set)
		}
	case *types.Struct:
		fs := make([]*types.Var, u.NumFields())
		for i := range fs {
			fs[i] = u.Field(i)
		}
		for i, o := range sizes.Offsetsof(fs) {
			ptrmask(fs[i].Type(), base+o, set)
		}
	}
}

// Types translates types of go/types to types of reflect.
type Types struct {
	m       typeutil.Map
	byR     map[unsafe.Pointer]types.Type // dynamic types with methods
	methods func(recv types.Type, sel *types.Selection) *Func
	reg     *Registry
	n       uint32
	hasM    map[string]bool
}

func (ts *Types) of(t types.Type) reflect.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok { // *deferStack of go/ssa
		if reflect.TypeOf(p.Elem()).String() == "*ssa.opaqueType" {
			return reflect.TypeFor[unsafe.Pointer]()
		}
		if q, ok := p.Elem().(*types.Pointer); ok && reflect.TypeOf(q.Elem()).String() == "*ssa.opaqueType" {
			return reflect.TypeFor[*unsafe.Pointer]()
		}
	}
	if r := ts.m.At(t); r != nil {
		return r.(reflect.Type)
	}
	r := ts.make(t)
	if old := ts.m.At(t); old != nil {
		return old.(reflect.Type)
	}
	ts.m.Set(t, r)
	return r
}

var basics = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](),
	types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](), types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](),
	types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](), types.Uintptr: reflect.TypeFor[uintptr](),
	types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](), types.Complex64: reflect.TypeFor[complex64](), types.Complex128: reflect.TypeFor[complex128](),
	types.String: reflect.TypeFor[string](), types.UnsafePointer: reflect.TypeFor[unsafe.Pointer](),
	types.UntypedBool: reflect.TypeFor[bool](), types.UntypedInt: reflect.TypeFor[int](), types.UntypedRune: reflect.TypeFor[rune](), types.UntypedFloat: reflect.TypeFor[float64](),
	types.UntypedComplex: reflect.TypeFor[complex128](), types.UntypedString: reflect.TypeFor[string](), types.UntypedNil: reflect.TypeFor[unsafe.Pointer](),
}

func (ts *Types) make(t types.Type) reflect.Type {
	switch t := t.(type) {
	case *types.Basic:
		if r := basics[t.Kind()]; r != nil {
			return r
		}
	case *types.Pointer:
		e := ts.of(t.Elem())
		if r := ts.m.At(t); r != nil {
			return r.(reflect.Type)
		}
		return ts.pointer(t, e)
	case *types.Slice:
		return reflect.SliceOf(ts.of(t.Elem()))
	case *types.Array:
		return reflect.ArrayOf(int(t.Len()), ts.of(t.Elem()))
	case *types.Map:
		return reflect.MapOf(ts.of(t.Key()), ts.of(t.Elem()))
	case *types.Chan:
		return reflect.ChanOf(map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}[t.Dir()], ts.of(t.Elem()))
	case *types.Signature:
		return ts.fn(t, nil)
	case *types.Tuple:
		fs := make([]reflect.StructField, t.Len())
		for i := range fs {
			fs[i] = reflect.StructField{Name: fmt.Sprintf("R%d", i), Type: ts.of(t.At(i).Type())}
		}
		return reflect.StructOf(fs)
	case *types.Struct:
		return ts.strukt(t)
	case *types.Interface:
		return ts.iface(t, "", nil)
	case *types.Named:
		return ts.named(t)
	}
	if strings.Contains(t.String(), "deferStack") {
		return reflect.TypeFor[unsafe.Pointer]()
	}
	panic(fmt.Sprintf("no runtime type for %v (%T)", t, t))
}

func (ts *Types) fn(t *types.Signature, recv reflect.Type) reflect.Type {
	var in, out []reflect.Type
	if recv != nil {
		in = append(in, recv)
	}
	for v := range t.Params().Variables() {
		in = append(in, ts.of(v.Type()))
	}
	for v := range t.Results().Variables() {
		out = append(out, ts.of(v.Type()))
	}
	return reflect.FuncOf(in, out, t.Variadic())
}

func (ts *Types) strukt(t *types.Struct) reflect.Type {
	fs := make([]reflect.StructField, t.NumFields())
	special := false
	for i := range fs {
		f := t.Field(i)
		fs[i] = reflect.StructField{Name: f.Name(), Type: ts.of(f.Type()), Tag: reflect.StructTag(t.Tag(i))}
		if !f.Exported() {
			fs[i].PkgPath = "main"
			if f.Pkg() != nil {
				fs[i].PkgPath = f.Pkg().Path()
			}
		}
		special = special || f.Embedded()
	}
	r := reflect.StructOf(fs)
	if !special {
		return r
	}
	// an embedded field: reflect.StructOf would want methods. Take a copy, mark the fields, add the methods.
	ms, x := methodsOf(t)
	mem, u, meths, _ := ts.block(reflect.TypeFor[aStruct](), 0, len(ms))
	p := (*aStruct)(mem)
	*p = *(*aStruct)(rtypeOf(r))
	p.PtrToThis = 0
	p.TFlag |= flagUncommon
	p.Fields = append([]aField(nil), p.Fields...)
	for i := range p.Fields {
		if t.Field(i).Embedded() {
			p.Fields[i].Name = nameBytes(t.Field(i).Name(), t.Field(i).Exported(), true, t.Tag(i))
		}
	}
	r = typeAt(mem)
	ts.m.Set(t, r)
	ts.fill(t, r, u, meths, ms, x)
	return r
}

func (ts *Types) iface(t *types.Interface, name string, p *aInterface) reflect.Type {
	if t.NumMethods() == 0 && p == nil {
		return reflect.TypeFor[any]()
	}
	set := func(p *aInterface) {
		h := *p
		src := (*aInterface)(rtypeOf(reflect.TypeFor[error]()))
		if t.NumMethods() == 0 {
			src = (*aInterface)(rtypeOf(reflect.TypeFor[any]()))
		}
		*p = *src
		if name != "" {
			p.aType.Hash, p.aType.Str, p.aType.TFlag, p.aType.PtrToThis = h.aType.Hash, h.aType.Str, h.aType.TFlag, h.aType.PtrToThis
		} else {
			ts.n++
			p.aType.Hash, p.aType.Str, p.aType.TFlag, p.aType.PtrToThis = 0x77000000+ts.n, addReflectOff(unsafe.Pointer(nameBytes(t.String(), false, false, ""))), 0, 0
		}
		p.Methods = nil
		p.PkgPath = nameBytes("main", false, false, "")
		var ms []*types.Func
		for i := 0; i < t.NumMethods(); i++ {
			ms = append(ms, t.Method(i))
			if !t.Method(i).Exported() && t.Method(i).Pkg() != nil {
				p.PkgPath = nameBytes(t.Method(i).Pkg().Path(), false, false, "")
			}
		}
		sort.Slice(ms, func(i, j int) bool { return ms[i].Name() < ms[j].Name() })
		for _, m := range ms {
			ft := ts.of(stripRecv(m.Type().(*types.Signature)))
			p.Methods = append(p.Methods, aImethod{addReflectOff(unsafe.Pointer(nameBytes(m.Name(), m.Exported(), false, ""))), addReflectOff(rtypeOf(ft))})
		}
	}
	if p == nil {
		p = new(aInterface)
		keep = append(keep, p)
		ts.m.Set(t, typeAt(unsafe.Pointer(p)))
		p.aType.Kind = uint8(reflect.Interface)
	}
	set(p)
	return typeAt(unsafe.Pointer(p))
}

func stripRecv(s *types.Signature) *types.Signature {
	return types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
}

func methodsOf(t types.Type) ([]*types.Selection, int) {
	if types.IsInterface(t) {
		return nil, 0
	}
	ms := types.NewMethodSet(t)
	var l []*types.Selection
	x := 0
	for i := 0; i < ms.Len(); i++ {
		if s := ms.At(i); s.Obj().(*types.Func).Signature().TypeParams().Len() == 0 {
			l = append(l, s)
		}
	}
	sort.Slice(l, func(i, j int) bool { return l[i].Obj().Name() < l[j].Obj().Name() })
	for _, s := range l {
		if s.Obj().Exported() {
			x++
		}
	}
	return l, x
}

// block allocates a type with room for methods.
func (ts *Types) block(head reflect.Type, params int, nm int) (unsafe.Pointer, *aUncommon, []aMethod, []*aType) {
	st := reflect.StructOf([]reflect.StructField{
		{Name: "H", Type: head}, {Name: "U", Type: reflect.TypeFor[aUncommon]()},
		{Name: "P", Type: reflect.ArrayOf(params, reflect.TypeFor[*aType]())}, {Name: "M", Type: reflect.ArrayOf(nm+1, reflect.TypeFor[aMethod]())}})
	v := reflect.New(st)
	keep = append(keep, v.Interface())
	p := v.UnsafePointer()
	u := (*aUncommon)(unsafe.Add(p, st.Field(1).Offset))
	u.Moff = uint32(st.Field(3).Offset - st.Field(1).Offset)
	return p, u, unsafe.Slice((*aMethod)(unsafe.Add(p, st.Field(3).Offset)), nm), unsafe.Slice((**aType)(unsafe.Add(p, st.Field(2).Offset)), params)
}

func (ts *Types) pointer(t *types.Pointer, e reflect.Type) reflect.Type {
	if _, ok := types.Unalias(t.Elem()).(*types.Named); ok && abiOf(e).PtrToThis != 0 || e.PkgPath() != "main" {
		return reflect.PointerTo(e)
	}
	ms, x := methodsOf(t)
	if len(ms) == 0 {
		return reflect.PointerTo(e)
	}
	base := (*aElem)(rtypeOf(reflect.TypeFor[*int]()))
	p, u, meths, _ := ts.block(reflect.TypeFor[aElem](), 0, len(ms))
	h := (*aElem)(p)
	*h = *base
	h.Elem = abiOf(e)
	ts.n++
	h.Hash = 0x55000000 + ts.n
	h.PtrToThis = 0
	h.TFlag = base.TFlag&^(flagExtraStar|flagNamed) | flagUncommon
	h.Str = addReflectOff(unsafe.Pointer(nameBytes("*"+e.String(), false, false, "")))
	abiOf(e).PtrToThis = addReflectOff(p)
	r := typeAt(p)
	ts.m.Set(t, r)
	ts.fill(t, r, u, meths, ms, x)
	return r
}

func (ts *Types) fill(t types.Type, r reflect.Type, u *aUncommon, meths []aMethod, ms []*types.Selection, x int) {
	ts.byR[rtypeOf(r)] = t
	pkg := "main"
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		pkg = n.Obj().Pkg().Path()
	}
	u.PkgPath = addReflectOff(unsafe.Pointer(nameBytes(pkg, false, false, "")))
	u.Mcount, u.Xcount = uint16(len(ms)), uint16(x)
	direct := abiOf(r).TFlag&flagDirect != 0
	for i, s := range ms {
		sig := s.Type().(*types.Signature)
		ft := ts.of(stripRecv(sig))
		recv := r
		if !direct {
			recv = reflect.TypeFor[unsafe.Pointer]()
		}
		s := s
		var fn *Func
		hf := reflect.MakeFunc(ts.fn(sig, recv), func(args []reflect.Value) []reflect.Value {
			if fn == nil {
				fn = ts.methods(t, s)
			}
			if !direct {
				args = append([]reflect.Value{reflect.NewAt(r, args[0].UnsafePointer()).Elem()}, args[1:]...)
			}
			return fn.callHost(args)
		})
		pc := newStub(hf)
		meths[i] = aMethod{addReflectOff(unsafe.Pointer(nameBytes(s.Obj().Name(), s.Obj().Exported(), false, ""))), addReflectOff(rtypeOf(ft)), addReflectOff(pc), addReflectOff(pc)}
	}
}

var heads = map[reflect.Kind]reflect.Type{reflect.Struct: reflect.TypeFor[aStruct](), reflect.Array: reflect.TypeFor[aArray](), reflect.Chan: reflect.TypeFor[aChan](), reflect.Func: reflect.TypeFor[aFunc](),
	reflect.Map: reflect.TypeFor[aMap](), reflect.Pointer: reflect.TypeFor[aElem](), reflect.Slice: reflect.TypeFor[aElem](), reflect.Interface: reflect.TypeFor[aInterface]()}

func kindOf(t types.Type) reflect.Kind {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basics[u.Kind()].Kind()
	case *types.Struct:
		return reflect.Struct
	case *types.Array:
		return reflect.Array
	case *types.Chan:
		return reflect.Chan
	case *types.Signature:
		return reflect.Func
	case *types.Map:
		return reflect.Map
	case *types.Pointer:
		return reflect.Pointer
	case *types.Slice:
		return reflect.Slice
	case *types.Interface:
		return reflect.Interface
	}
	panic("kind")
}

func pointerShaped(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Pointer, *types.Chan, *types.Map, *types.Signature:
		return true
	case *types.Struct:
		return u.NumFields() == 1 && pointerShaped(u.Field(0).Type())
	case *types.Array:
		return u.Len() == 1 && pointerShaped(u.Elem())
	}
	return false
}

func (ts *Types) named(t *types.Named) reflect.Type {
	o := t.Obj()
	if o.Pkg() == nil { // error, comparable, any
		if o.Name() == "error" {
			return reflect.TypeFor[error]()
		}
		return ts.of(t.Underlying())
	}
	if t.TypeArgs().Len() == 0 {
		if r := ts.reg.typ(o.Pkg().Path(), o.Name()); r != nil && o.Parent() == o.Pkg().Scope() {
			return r
		}
	}
	k := kindOf(t)
	ms, x := methodsOf(t)
	head, ok := heads[k]
	if !ok {
		head = reflect.TypeFor[aType]()
	}
	params := 0
	if s, ok := t.Underlying().(*types.Signature); ok {
		params = s.Params().Len() + s.Results().Len()
	}
	p, u, meths, ps := ts.block(head, params, len(ms))
	h := (*aType)(p)
	name := o.Name()
	if a := t.TypeArgs(); a.Len() > 0 {
		name += "["
		for i := 0; i < a.Len(); i++ {
			if i > 0 {
				name += ","
			}
			name += ts.of(a.At(i)).String()
		}
		name += "]"
		if r := ts.m.At(t); r != nil {
			return r.(reflect.Type)
		}
	}
	full := o.Pkg().Name() + "." + name
	ts.n++
	f := fnv.New32()
	f.Write([]byte(full))
	h.Hash = f.Sum32() + ts.n
	h.Str = addReflectOff(unsafe.Pointer(nameBytes(full, o.Exported(), false, "")))
	h.Kind = uint8(k)
	h.Size, h.Align = uintptr(sizes.Sizeof(t)), uint8(sizes.Alignof(t))
	h.FieldAlign = h.Align
	mask := make([]byte, h.Size/64+8)
	ptrmask(t, 0, func(w int64) { mask[w/8] |= 1 << (w % 8); h.PtrBytes = uintptr(w+1) * 8 })
	h.GCData = &mask[0]
	keep = append(keep, mask)
	h.TFlag = flagNamed | flagUncommon
	if pointerShaped(t) {
		h.TFlag |= flagDirect
	}
	if types.Comparable(t) {
		h.Equal = func(a, b unsafe.Pointer) bool { return false }
	}
	r := typeAt(p)
	ts.m.Set(t, r)
	if it, ok := t.Underlying().(*types.Interface); ok {
		u.PkgPath = addReflectOff(unsafe.Pointer(nameBytes(o.Pkg().Path(), false, false, "")))
		ts.iface(it, full, (*aInterface)(p))
		return r
	}
	ur := ts.of(t.Underlying())
	hash, str, pt, tf := h.Hash, h.Str, h.PtrToThis, abiOf(ur).TFlag&^(flagExtraStar|flagUncommon)|flagNamed|flagUncommon
	typedmemmove(rtypeOf(head), p, rtypeOf(ur))
	h.Hash, h.Str, h.PtrToThis, h.TFlag = hash, str, pt, tf
	if params > 0 {
		for i := 0; i < ur.NumIn(); i++ {
			ps[i] = abiOf(ur.In(i))
		}
		for i := 0; i < ur.NumOut(); i++ {
			ps[ur.NumIn()+i] = abiOf(ur.Out(i))
		}
	}
	ts.fill(t, r, u, meths, ms, x)
	return r
}
