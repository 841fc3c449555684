package rtype

import (
	"go/types"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// held keeps what only the runtime's tables refer to: types and names live for ever.
var held struct {
	mu   sync.Mutex
	list []any
}

func hold(v any) {
	held.mu.Lock()
	held.list = append(held.list, v)
	held.mu.Unlock()
}

// block is a descriptor with room for a method table and, for functions, parameters.
type block struct {
	at       unsafe.Pointer
	uncommon *uncommon
	params   []*Type
	table    []method
	methods  []*types.Selection
}

func newBlock(head reflect.Type, params int, methods []*types.Selection) *block {
	layout := reflect.StructOf([]reflect.StructField{
		{Name: "Head", Type: head}, {Name: "Uncommon", Type: reflect.TypeFor[uncommon]()},
		{Name: "Params", Type: reflect.ArrayOf(params, reflect.TypeFor[*Type]())}, {Name: "Methods", Type: reflect.ArrayOf(len(methods)+1, reflect.TypeFor[method]())}})
	v := reflect.New(layout)
	hold(v.Interface())
	p := v.UnsafePointer()
	b := &block{at: p, methods: methods}
	b.uncommon = (*uncommon)(unsafe.Add(p, layout.Field(1).Offset))
	b.uncommon.Moff = uint32(layout.Field(3).Offset - layout.Field(1).Offset)
	b.params = unsafe.Slice((**Type)(unsafe.Add(p, layout.Field(2).Offset)), params)
	b.table = unsafe.Slice((*method)(unsafe.Add(p, layout.Field(3).Offset)), len(methods))
	return b
}

// methodsOf returns the methods of a type, sorted as the runtime wants them: exported
// ones first, by name.
func methodsOf(typ types.Type) []*types.Selection {
	if types.IsInterface(typ) {
		return nil
	}
	set := types.NewMethodSet(typ)
	var list []*types.Selection
	for sel := range set.Methods() {
		if sel.Obj().(*types.Func).Signature().TypeParams().Len() == 0 && sel.Obj().Name() != "_" {
			list = append(list, sel)
		}
	}
	slices.SortFunc(list, func(a, b *types.Selection) int { return before(a.Obj(), b.Obj()) })
	return list
}

// before orders methods as the compiler does: exported ones come first.
func before(a, b types.Object) int {
	switch {
	case a.Exported() && !b.Exported():
		return -1
	case b.Exported() && !a.Exported():
		return 1
	}
	return strings.Compare(a.Name(), b.Name())
}

// named is a type declared in a cell, in source that is interpreted, or compiled.
func (t *Table) named(typ *types.Named) reflect.Type {
	obj := typ.Obj()
	if obj.Pkg() == nil { // error, comparable, any
		if obj.Name() == "error" {
			return reflect.TypeFor[error]()
		}
		return t.of(typ.Underlying())
	}
	if r := t.compiled(typ); r != nil {
		return r
	}
	name := obj.Name() + arguments(typ)
	if obj.Parent() == nil && typ.TypeArgs().Len() == 0 { // go/ssa made it of a type that a generic function declares
		name += bracketed(t.within)
	}
	k := kindOf(typ)
	head := heads[k]
	if head == nil {
		head = reflect.TypeFor[Type]()
	}
	sig, _ := typ.Underlying().(*types.Signature)
	params := 0
	if sig != nil {
		params = sig.Params().Len() + sig.Results().Len()
	}
	b := newBlock(head, params, methodsOf(typ))
	h := (*Type)(b.at)
	full := obj.Pkg().Name() + "." + name
	t.count++
	f := fnv.New32()
	f.Write([]byte(full))
	h.Hash = f.Sum32() + t.count
	h.Str = nameOff(full, obj.Exported())
	h.Kind = uint8(k)
	t.shape(h, typ)
	r := At(b.at)
	t.made.Set(typ, r) // from here on the type may be met again
	t.owners.Store(b.at, &Owner{Type: typ, Real: r})
	if it, ok := typ.Underlying().(*types.Interface); ok {
		b.uncommon.PkgPath = nameOff(obj.Pkg().Path(), false)
		t.fillInterface(it, (*ifaceType)(b.at), full)
		return r
	}
	under := t.of(typ.Underlying())
	own := *h
	Move(Pointer(head), b.at, Pointer(under))
	h.Hash, h.Str, h.PtrToThis = own.Hash, own.Str, own.PtrToThis
	h.TFlag = h.TFlag&^(flagExtraStar|flagUncommon) | flagNamed | flagUncommon
	if sig != nil {
		for i := range under.NumIn() {
			b.params[i] = Head(under.In(i))
		}
		for i := range under.NumOut() {
			b.params[under.NumIn()+i] = Head(under.Out(i))
		}
	}
	t.fill(b, typ, r)
	t.of(types.NewPointer(typ)) // reflect finds it by the descriptor alone
	return r
}

// shape sets what go/types knows of a type before its underlying type is made.
func (t *Table) shape(h *Type, typ types.Type) {
	h.Size, h.Align = uintptr(Sizes.Sizeof(typ)), uint8(Sizes.Alignof(typ))
	h.FieldAlign = h.Align
	h.TFlag = flagNamed | flagUncommon
	if h.Size > maxMasked && hasPointers(typ) { // the collector makes the mask when it needs it
		mask := new(*byte)
		hold(mask)
		h.PtrBytes, h.GCData = h.Size, (*byte)(unsafe.Pointer(mask))
		h.TFlag |= flagMaskOnDemand
	} else {
		h.PtrBytes, h.GCData = PointerMask(func(set func(uintptr)) { pointers(typ, 0, set) })
		standIn(h, typ)
	}
	if pointerShaped(typ) {
		h.TFlag |= flagDirect
	}
	if types.Comparable(typ) {
		h.Equal = func(a, b unsafe.Pointer) bool { return false } // until the underlying type is made
	}
}

// standIn gives a struct or array a pointer for each word where one lies, until the underlying
// type is made. Package reflect looks at parts, not at the mask, when it makes a struct with a
// field of the type, or a map of it.
func standIn(h *Type, typ types.Type) {
	name, word := nameBytes("word", false, false, ""), Head(reflect.TypeFor[unsafe.Pointer]())
	var fields []field
	pointers(typ, 0, func(off uintptr) { fields = append(fields, field{name, word, off}) })
	switch reflect.Kind(h.Kind) {
	case reflect.Struct:
		(*structType)(unsafe.Pointer(h)).Fields = fields
	case reflect.Array:
		elem := &structType{Type: *h, Fields: fields}
		elem.Kind = uint8(reflect.Struct)
		a := (*arrayType)(unsafe.Pointer(h))
		a.Elem, a.Len = &elem.Type, 1
	}
}

// maxMasked is the size in bytes up to which a type with pointers gets its mask at once.
const maxMasked = 1 << 20

// PointerMask makes the mask of a memory's pointers: words gives the offset of each.
func PointerMask(words func(set func(offset uintptr))) (ptrBytes uintptr, mask *byte) {
	bits := make([]byte, 8)
	words(func(off uintptr) {
		w := off / 8
		if n := int(w/64+1) * 8; n > len(bits) { // the collector reads it by words
			bits = append(bits, make([]byte, n-len(bits))...)
		}
		bits[w/8] |= 1 << (w % 8)
		ptrBytes = max(ptrBytes, off+8)
	})
	hold(bits)
	return ptrBytes, &bits[0]
}

// pointers calls set with the offset of each pointer in a value.
func pointers(typ types.Type, base uintptr, set func(uintptr)) {
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		switch u.Kind() {
		case types.String, types.UnsafePointer:
			set(base)
		}
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature, *types.Slice:
		set(base)
	case *types.Interface:
		set(base)
		set(base + 8)
	case *types.Array:
		if !hasPointers(u.Elem()) {
			return
		}
		n := uintptr(Sizes.Sizeof(u.Elem()))
		for i := range uintptr(u.Len()) {
			pointers(u.Elem(), base+i*n, set)
		}
	case *types.Struct:
		fields := make([]*types.Var, u.NumFields())
		for i := range fields {
			fields[i] = u.Field(i)
		}
		for i, off := range Sizes.Offsetsof(fields) {
			pointers(fields[i].Type(), base+uintptr(off), set)
		}
	}
}

// hasPointers reports whether pointers lie in the values of a type.
func hasPointers(typ types.Type) bool {
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.String || u.Kind() == types.UnsafePointer
	case *types.Array:
		return u.Len() > 0 && hasPointers(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if hasPointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// Pointers calls set with the offset of each pointer in a value of a runtime type.
func Pointers(r reflect.Type, base uintptr, set func(uintptr)) {
	switch r.Kind() {
	case reflect.String, reflect.UnsafePointer, reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.Slice:
		set(base)
	case reflect.Interface:
		set(base)
		set(base + 8)
	case reflect.Array:
		if Head(r).PtrBytes == 0 {
			return
		}
		for i := range r.Len() {
			Pointers(r.Elem(), base+uintptr(i)*r.Elem().Size(), set)
		}
	case reflect.Struct:
		for i := range r.NumField() {
			Pointers(r.Field(i).Type, base+r.Field(i).Offset, set)
		}
	}
}

func pointerShaped(typ types.Type) bool {
	switch u := typ.Underlying().(type) {
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

func kindOf(typ types.Type) reflect.Kind {
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		return basic[u.Kind()].Kind()
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
	panic("no kind for " + typ.String())
}
