package code

import (
	"go/types"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	"axn/kernelspec/eval/rtype"
)

// A type that gets methods gets a new descriptor. Values of it that lie in interfaces
// have the old one, which compiled code would ask for the methods: they are looked for
// from the variables of the cells on, and given the new one.

// renewer gives interfaces the newest descriptors of their types.
type renewer struct {
	types *rtype.Table
	leads map[reflect.Type]bool // types from which interfaces can be reached
	seen  map[visit]bool
	list  []visit // still to be looked at
}

// visit is a value of a type at an address.
type visit struct {
	t  reflect.Type
	at ptr
}

// renewValues renews the values that the variables of cells lead to.
func (p *Program) renewValues() {
	r := &renewer{types: p.types, leads: map[reflect.Type]bool{}, seen: map[visit]bool{}}
	p.mu.Lock()
	for g, at := range p.globals {
		if g.Pkg.Pkg.Path() == "main" {
			r.later(p.types.Of(g.Type().(*types.Pointer).Elem()), at)
		}
	}
	p.mu.Unlock()
	for n := len(r.list); n > 0; n = len(r.list) {
		v := r.list[n-1]
		r.list = r.list[:n-1]
		if !r.seen[v] {
			r.seen[v] = true
			r.value(v.t, v.at)
		}
	}
}

// later has a value looked at, if it can hold interfaces.
func (r *renewer) later(t reflect.Type, at ptr) {
	if at != nil && r.leadsOn(t) {
		r.list = append(r.list, visit{t, at})
	}
}

// leadsOn reports whether interfaces can be reached from values of a type.
func (r *renewer) leadsOn(t reflect.Type) bool {
	if known, ok := r.leads[t]; ok {
		return known
	}
	r.leads[t] = false // while its parts are looked at
	leads := false
	switch t.Kind() {
	case reflect.Interface:
		leads = true
	case reflect.Struct:
		leads = t == reflect.TypeFor[sync.Map]()
		for i := 0; i < t.NumField() && !leads && open(t); i++ {
			leads = r.leadsOn(t.Field(i).Type)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		leads = r.leadsOn(t.Elem())
	case reflect.Map:
		leads = r.leadsOn(t.Key()) || r.leadsOn(t.Elem())
	}
	if leads {
		r.leads[t] = true
	} else {
		delete(r.leads, t) // a part of it may have been under way
	}
	return leads
}

// openPackages are compiled packages whose structs no goroutine changes by itself.
var openPackages = map[string]bool{"container/list": true, "container/ring": true, "errors": true, "fmt": true, "sync/atomic": true}

// open reports whether it is safe to look into a struct.
func open(t reflect.Type) bool {
	return t.PkgPath() == "" || t.PkgPath() == "main" || openPackages[t.PkgPath()]
}

// value looks at a value of a type.
func (r *renewer) value(t reflect.Type, at ptr) {
	switch t.Kind() {
	case reflect.Interface:
		r.renew(t, (*iface)(at))
	case reflect.Pointer:
		r.later(t.Elem(), *(*ptr)(at))
	case reflect.Slice:
		s := *(*slice)(at)
		for again := *(*slice)(at); again != s; again = *(*slice)(at) { // a goroutine of a cell may write it
			s = again
		}
		r.elements(t.Elem(), s.p, s.len)
	case reflect.Array:
		r.elements(t.Elem(), at, t.Len())
	case reflect.Struct:
		if t == reflect.TypeFor[sync.Map]() {
			r.syncMap((*sync.Map)(at))
		}
		for i := 0; i < t.NumField() && open(t); i++ {
			f := t.Field(i)
			r.later(f.Type, unsafe.Add(at, f.Offset))
		}
	case reflect.Map:
		if m := *(*ptr)(at); m != nil && maplen(m) > 0 {
			var it mapIter
			for mapiterinit(rtype.Pointer(t), m, &it); it.key != nil; mapiternext(&it) {
				r.later(t.Key(), it.key)
				r.later(t.Elem(), it.elem)
			}
		}
	}
}

// syncMap looks at a map of package sync, whose entries nobody else can reach.
func (r *renewer) syncMap(m *sync.Map) {
	t := reflect.TypeFor[any]()
	m.Range(func(key, value any) bool {
		k, v := key, value
		r.renew(t, (*iface)(ptr(&k)))
		r.renew(t, (*iface)(ptr(&v)))
		if (*iface)(ptr(&k)).tab != (*iface)(ptr(&key)).tab {
			m.Delete(key)
			m.Store(k, v)
		} else if (*iface)(ptr(&v)).tab != (*iface)(ptr(&value)).tab {
			m.Store(k, v)
		}
		return true
	})
}

func (r *renewer) elements(t reflect.Type, at ptr, n int) {
	if !r.leadsOn(t) {
		return
	}
	for i := range n {
		r.later(t, unsafe.Add(at, uintptr(i)*t.Size()))
	}
}

// renew gives an interface the newest descriptor and looks at what it holds.
func (r *renewer) renew(t reflect.Type, i *iface) {
	v := *i
	for again := *i; again != v; again = *i {
		v = again
	}
	dyn := dynamicType(v, t.NumMethod() > 0)
	if dyn == nil {
		return
	}
	if last := r.types.Latest(dyn); last != dyn {
		tab := last
		if t.NumMethod() > 0 {
			tab = rtype.Itab(rtype.Pointer(t), last, true)
		}
		if tab != nil {
			atomic.CompareAndSwapPointer(&i.tab, v.tab, tab)
		}
		dyn = last
	}
	if of := rtype.At(dyn); rtype.Head(of).Direct() {
		r.later(of, ptr(&i.data))
	} else {
		r.later(of, v.data)
	}
}
