package code

import (
	"go/types"
	"reflect"

	"golang.org/x/tools/go/types/typeutil"
)

// go/ssa keeps types and wrappers of methods for ever, as if types never got other methods.

// kept returns a field of go/ssa's program, which it lets nobody see.
func (p *Program) kept(name string) reflect.Value {
	v := reflect.ValueOf(p.ssa).Elem().FieldByName(name)
	if !v.IsValid() {
		panic("eval: built with another golang.org/x/tools: go/ssa keeps " + name + " elsewhere")
	}
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

// Types calls visit with the types that the program keeps.
func (p *Program) Types(visit func(types.Type)) {
	p.types.Each(visit)
	p.build.Lock()
	defer p.build.Unlock()
	canonical := p.kept("canon").Elem().FieldByName("types").Addr().UnsafePointer()
	(*typeutil.Map)(canonical).Iterate(func(t types.Type, _ any) { visit(t) })
	instances := p.kept("ctxt").Elem().FieldByName("typeMap")
	for it := instances.MapRange(); it.Next(); {
		for i := range it.Value().Len() {
			if t := it.Value().Index(i).FieldByName("instance").Elem(); t.Type() == reflect.TypeFor[*types.Named]() {
				visit((*types.Named)(t.UnsafePointer()))
			}
		}
	}
}

// forgetWrappers lets go/ssa find the methods of types anew.
func (p *Program) forgetWrappers() {
	p.build.Lock()
	defer p.build.Unlock()
	sets := p.kept("methodSets").Addr().Interface().(*typeutil.Map)
	for _, t := range sets.Keys() {
		sets.Delete(t)
	}
}
