package rtype

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// pointer is a pointer type: reflect's, unless the methods of a type of ours must be seen
// through it.
func (t *Table) pointer(typ *types.Pointer, elem reflect.Type) reflect.Type {
	methods := methodsOf(typ)
	if len(methods) == 0 || !t.ours(elem) {
		return reflect.PointerTo(elem)
	}
	b := newBlock(reflect.TypeFor[elemType](), 0, methods)
	base := (*elemType)(Pointer(reflect.TypeFor[*int]()))
	h := (*elemType)(b.at)
	*h = *base
	h.Elem = Head(elem)
	t.count++
	h.Hash = 0x55000000 + t.count
	h.PtrToThis = 0
	h.TFlag = base.TFlag&^(flagExtraStar|flagNamed) | flagUncommon
	h.Str = nameOff("*"+elem.String(), false)
	Head(elem).PtrToThis = addReflectOff(b.at)
	r := At(b.at)
	t.made.Set(typ, r)
	t.fill(b, typ, r)
	return r
}

// ours reports whether the descriptor of a type was laid out here.
func (t *Table) ours(r reflect.Type) bool {
	_, ok := t.owners.Load(Pointer(r))
	return ok
}

// fill fills the method table of a type.
func (t *Table) fill(b *block, typ types.Type, r reflect.Type) {
	o := &Owner{Type: typ, Real: r, methods: b.methods}
	t.owners.Store(b.at, o)
	path := "main"
	if n, ok := typ.(*types.Named); ok && n.Obj().Pkg() != nil {
		path = n.Obj().Pkg().Path()
	}
	b.uncommon.PkgPath = nameOff(path, false)
	b.uncommon.Mcount = uint16(len(b.methods))
	direct := Head(r).Direct()
	for i, sel := range b.methods {
		if sel.Obj().Exported() {
			b.uncommon.Xcount++
		}
		sig := sel.Type().(*types.Signature)
		ifn := t.stub(o, sel, sig, !direct)
		tfn := ifn
		if !direct {
			tfn = t.stub(o, sel, sig, false)
		}
		b.table[i] = method{nameOff(sel.Obj().Name(), sel.Obj().Exported()), addReflectOff(Pointer(t.function(sig, nil))), addReflectOff(ifn), addReflectOff(tfn)}
	}
}

// stub makes the code of a method. Its first parameter is the receiver, or a pointer to it
// if indirect is set.
func (t *Table) stub(o *Owner, sel *types.Selection, sig *types.Signature, indirect bool) unsafe.Pointer {
	recv := o.Real
	if indirect {
		recv = reflect.TypeFor[unsafe.Pointer]()
	}
	return newStub(t.bind(o, sel, t.function(sig, recv), indirect))
}

// iface is an unnamed interface type.
func (t *Table) iface(typ *types.Interface) reflect.Type {
	if typ.NumMethods() == 0 {
		return reflect.TypeFor[any]()
	}
	h := new(ifaceType)
	hold(h)
	h.Kind = uint8(reflect.Interface)
	r := At(unsafe.Pointer(h))
	t.made.Set(typ, r)
	t.fillInterface(typ, h, "")
	return r
}

// fillInterface fills an interface type; name is empty for one without a name.
func (t *Table) fillInterface(typ *types.Interface, h *ifaceType, name string) {
	own := h.Type
	base := reflect.TypeFor[error]()
	if typ.NumMethods() == 0 {
		base = reflect.TypeFor[any]()
	}
	h.Type = Head(base).copy()
	if name != "" {
		h.Hash, h.Str, h.TFlag, h.PtrToThis = own.Hash, own.Str, own.TFlag, own.PtrToThis
	} else {
		t.count++
		h.Hash, h.TFlag, h.PtrToThis = 0x77000000+t.count, 0, 0
	}
	h.PkgPath = nameBytes("main", false, false, "")
	h.Methods = nil
	var methods []imethod
	text := "interface {"
	for i, m := range methodsOfInterface(typ) {
		f, qualifier := t.function(m.Signature(), nil), ""
		methods = append(methods, imethod{nameOff(m.Name(), m.Exported()), addReflectOff(Pointer(f))})
		if !m.Exported() && m.Pkg() != nil {
			h.PkgPath, qualifier = nameBytes(m.Pkg().Path(), false, false, ""), m.Pkg().Name()+"."
		}
		if i > 0 {
			text += ";"
		}
		text += " " + qualifier + m.Name() + strings.TrimPrefix(f.String(), "func")
	}
	h.Methods = methods
	if name == "" {
		h.Str = nameOff(text+" }", false)
	}
}

// methodsOfInterface returns the methods of an interface type, sorted as the runtime wants them.
func methodsOfInterface(typ *types.Interface) []*types.Func {
	return slices.SortedFunc(typ.Methods(), func(a, b *types.Func) int { return before(a, b) })
}

func (t *Type) copy() Type { return *t }
