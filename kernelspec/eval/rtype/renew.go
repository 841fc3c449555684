package rtype

import (
	"go/types"
	"reflect"
	"slices"
	"unsafe"
)

// A type gets methods after it was made where a later cell declares them. Compiled code
// keeps for ever what it once found out about a descriptor, so the type gets a new one,
// of the same layout. Types that are built of it are changed where they lie to refer to
// the new one; types that embed it get new ones in their turn.

// Renew makes new descriptors for a type whose methods have changed and for those whose
// method sets changed with it.
func (t *Table) Renew(typ *types.Named) {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.changed()
	if len(changed) == 0 {
		return
	}
	successor := map[*Type]*Type{}
	olds := make([]reflect.Type, len(changed))
	for i, c := range changed {
		olds[i] = t.made.At(c).(reflect.Type)
		t.made.Delete(c)
	}
	for i, c := range changed {
		r := t.of(c)
		if r != olds[i] {
			successor[Head(olds[i])] = Head(r)
			t.successors.Store(Pointer(olds[i]), Pointer(r))
		}
	}
	t.made.Iterate(func(_ types.Type, v any) { replaceParts(v.(reflect.Type), successor) })
	t.renewed.Store(true)
}

// changed lists the types that were made and whose method tables are no longer right.
func (t *Table) changed() (list []types.Type) {
	t.made.Iterate(func(key types.Type, v any) {
		r := v.(reflect.Type)
		o := t.Owner(Pointer(r))
		if o == nil {
			p, ok := key.(*types.Pointer)
			if !ok || !t.ours(r.Elem()) || len(methodsOf(p)) == 0 {
				return
			}
			list = append(list, key)
			return
		}
		if !slices.EqualFunc(o.methods, methodsOf(o.Type), func(a, b *types.Selection) bool {
			return a.Obj() == b.Obj() && slices.Equal(a.Index(), b.Index())
		}) {
			list = append(list, key)
		}
	})
	slices.SortFunc(list, func(a, b types.Type) int { return depth(a) - depth(b) })
	return list
}

// depth orders pointers after what they point to.
func depth(t types.Type) int {
	if p, ok := t.(*types.Pointer); ok {
		return 1 + depth(p.Elem())
	}
	return 0
}

// replaceParts lets a descriptor refer to new types in the place of old ones.
func replaceParts(r reflect.Type, successor map[*Type]*Type) {
	replace := func(p **Type) {
		if s := successor[*p]; s != nil {
			*p = s
		}
	}
	at := Pointer(r)
	switch r.Kind() {
	case reflect.Pointer, reflect.Slice:
		if e := (*elemType)(at); successor[e.Elem] != nil {
			replace(&e.Elem)
		}
	case reflect.Array:
		if a := (*arrayType)(at); successor[a.Elem] != nil {
			replace(&a.Elem)
		}
	case reflect.Chan:
		if c := (*chanType)(at); successor[c.Elem] != nil {
			replace(&c.Elem)
		}
	case reflect.Map:
		m := (*mapType)(at)
		for _, p := range []**Type{&m.Key, &m.Elem} {
			if successor[*p] != nil {
				replace(p)
			}
		}
	case reflect.Struct:
		s := (*structType)(at)
		for i := range s.Fields {
			if successor[s.Fields[i].Typ] != nil {
				replace(&s.Fields[i].Typ)
			}
		}
	case reflect.Func:
		params := unsafe.Add(at, unsafe.Sizeof(funcType{}))
		if Head(r).TFlag&flagUncommon != 0 {
			params = unsafe.Add(params, unsafe.Sizeof(uncommon{}))
		}
		list := unsafe.Slice((**Type)(params), r.NumIn()+r.NumOut())
		for i := range list {
			if successor[list[i]] != nil {
				replace(&list[i])
			}
		}
	}
}

// Latest returns the newest descriptor of the type whose descriptor lies at an address.
func (t *Table) Latest(descriptor unsafe.Pointer) unsafe.Pointer {
	if descriptor == nil || !t.renewed.Load() {
		return descriptor
	}
	for {
		next, ok := t.successors.Load(descriptor)
		if !ok {
			return descriptor
		}
		descriptor = next.(unsafe.Pointer)
	}
}

// Renewed reports whether a type has more than one descriptor.
func (t *Table) Renewed() bool { return t.renewed.Load() }
