package generator

import (
	"fmt"
	"go/types"

	"axn/kernelspec/compiled"
)

// finder finds the named types that the API of a package leads to and that have no place
// in a table of their own, each with the shortest way to it.
type finder struct {
	set   *Set
	t     *table
	seen  map[types.Type]bool
	queue []step
	noted map[string]bool
}

// step is a type that was come to.
type step struct {
	typ types.Type
	way string
}

// findHidden writes down the ways to hidden types. See compiled.Table.
func (t *table) findHidden(s *Set) {
	f := &finder{set: s, t: t, seen: map[types.Type]bool{}, noted: map[string]bool{}}
	scope := t.pkg.Scope()
	for i, name := range t.funcs {
		f.queue = append(f.queue, step{scope.Lookup(name).Type(), fmt.Sprint("F", i)})
	}
	for i, name := range t.vars {
		f.queue = append(f.queue, step{scope.Lookup(name).Type(), fmt.Sprint("V", i)})
	}
	for i, name := range t.types {
		f.queue = append(f.queue, step{scope.Lookup(name).Type(), fmt.Sprint("T", i)})
	}
	for len(f.queue) > 0 {
		next := f.queue[0]
		f.queue = f.queue[1:]
		f.visit(next)
	}
}

func (f *finder) to(t types.Type, way, format string, args ...any) {
	f.queue = append(f.queue, step{t, way + " " + fmt.Sprintf(format, args...)})
}

// visit goes on from a type to those it is made of.
func (f *finder) visit(s step) {
	t := types.Unalias(s.typ)
	if f.seen[t] {
		return
	}
	f.seen[t] = true
	named, ok := t.(*types.Named)
	if !ok {
		f.parts(t, s.way)
		return
	}
	obj := named.Obj()
	if obj.Pkg() == nil { // error
		return
	}
	own := obj.Pkg() == f.t.pkg && obj.Exported() && named.TypeArgs().Len() == 0
	if !own {
		if p := f.set.byPath[obj.Pkg().Path()]; p != nil && p.importable() && obj.Exported() && named.TypeArgs().Len() == 0 {
			return // in a table of its own, whose ways begin there
		}
		f.note(named, s.way)
	}
	_, isInterface := named.Underlying().(*types.Interface)
	f.parts(named.Underlying(), s.way)
	if !isInterface {
		f.methods(named, s.way)
	}
}

func (f *finder) note(named *types.Named, way string) {
	line := named.Obj().Pkg().Path() + "\t" + compiled.InstanceName(named.Obj().Name(), named.TypeArgs())
	if !f.noted[line] {
		f.noted[line], f.set.reached[line] = true, true
		fmt.Fprintf(&f.t.hidden, "%s\t%s\n", line, way)
	}
}

// parts goes on to the parts of a type.
func (f *finder) parts(t types.Type, way string) {
	switch t := t.(type) {
	case *types.Pointer:
		f.to(t.Elem(), way, "e")
	case *types.Slice:
		f.to(t.Elem(), way, "e")
	case *types.Array:
		f.to(t.Elem(), way, "e")
	case *types.Chan:
		f.to(t.Elem(), way, "e")
	case *types.Map:
		f.to(t.Key(), way, "k")
		f.to(t.Elem(), way, "e")
	case *types.Struct:
		for i := range t.NumFields() {
			f.to(t.Field(i).Type(), way, "f%d", i)
		}
	case *types.Signature:
		f.signature(t, way, 0)
	case *types.Interface:
		for m := range t.Methods() {
			if m.Exported() {
				f.signature(m.Signature(), way+" m"+m.Name(), 0)
			}
		}
	}
}

// methods goes on to what the methods of a type take and give. Those of its pointer are
// all of them.
func (f *finder) methods(named *types.Named, way string) {
	for m := range named.Methods() {
		if m.Exported() {
			f.signature(m.Signature(), way+" p m"+m.Name(), 1)
		}
	}
}

func (f *finder) signature(sig *types.Signature, way string, receiver int) {
	for i := range sig.Params().Len() {
		f.to(sig.Params().At(i).Type(), way, "i%d", i+receiver)
	}
	for i := range sig.Results().Len() {
		f.to(sig.Results().At(i).Type(), way, "o%d", i)
	}
}
