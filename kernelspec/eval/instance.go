package eval

import (
	"go/types"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"
	"weak"
)

// go/types makes the methods of an instance of a generic type one by one, and knows that it
// has made all when they are as many as the type had. Instances that are there when the type
// gets another method must forget that. Nobody lists them, so they are found from the types
// of variables and functions on, and from what checked cells and go/ssa have instantiated.

// Where go/types keeps what it lets nobody change.
var (
	namedMethods    = field[[]*types.Func](reflect.TypeFor[types.Named](), "methods")
	namedRHS        = field[types.Type](reflect.TypeFor[types.Named](), "fromRHS")
	namedState      = field[uint32](reflect.TypeFor[types.Named](), "state_")
	namedInstance   = field[unsafe.Pointer](reflect.TypeFor[types.Named](), "inst")
	selectionObject = field[types.Object](reflect.TypeFor[types.Selection](), "obj")

	instanceType     = namedField("inst").Type.Elem()
	instanceExpanded = field[int](instanceType, "expandedMethods")
	instanceContext  = field[*types.Context](instanceType, "ctxt")
)

// hasMethods is the bit of a named type's state that tells that its methods are all made.
const hasMethods = 1 << 2

func namedField(name string) reflect.StructField {
	f, _ := reflect.TypeFor[types.Named]().FieldByName(name)
	return f
}

// field returns the offset of a field of a struct.
func field[T any](of reflect.Type, name string) uintptr {
	f, ok := of.FieldByName(name)
	if want := reflect.TypeFor[T](); !ok || f.Type != want && (want.Kind() != reflect.UnsafePointer || f.Type.Kind() != reflect.Pointer) {
		panic("eval: built for another Go: go/types keeps " + of.Name() + "." + name + " elsewhere")
	}
	return f.Offset
}

func methodList(t *types.Named) *[]*types.Func {
	return (*[]*types.Func)(unsafe.Add(unsafe.Pointer(t), namedMethods))
}

// setMethods gives a type other methods, which go/types lets be added alone. info is of what
// is being checked.
func (s *Session) setMethods(t *types.Named, list []*types.Func, info *types.Info) {
	old := *methodList(t)
	*methodList(t) = list
	if t.TypeParams().Len() == 0 {
		return
	}
	f := &instanceFinder{seen: map[types.Type]bool{}}
	for _, obj := range s.objects {
		f.find(obj.Type())
	}
	for _, inst := range info.Instances {
		f.find(inst.Type)
	}
	for _, w := range s.instances {
		if inst := w.Value(); inst != nil {
			f.find(inst)
		}
	}
	s.program.Types(f.find)
	for _, inst := range f.list {
		if inst.Origin() == t {
			renewMethods(inst, old, list)
		}
	}
}

// renewMethods lets an instance keep those of its methods that the type had and has, and
// go/types make the others anew.
func renewMethods(t *types.Named, old, list []*types.Func) {
	made, n := make([]*types.Func, len(list)), 0
	for i, m := range *methodList(t) {
		if m != nil && i < min(len(old), len(list)) && old[i] == list[i] {
			made[i] = m
			n++
		}
	}
	state := (*uint32)(unsafe.Add(unsafe.Pointer(t), namedState))
	inst := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(t), namedInstance))
	if n < len(list) {
		atomic.AndUint32(state, ^uint32(hasMethods))
	}
	*methodList(t) = made
	*(*int)(unsafe.Add(inst, instanceExpanded)) = n
	if ctxt := (**types.Context)(unsafe.Add(inst, instanceContext)); *ctxt == nil {
		*ctxt = types.NewContext()
	}
	if n == len(list) && atomic.LoadUint32(state) != 0 {
		atomic.OrUint32(state, hasMethods)
	}
}

// keepInstances remembers the instances of types of cells that a part has made, for as long
// as anything refers to them.
func (s *Session) keepInstances(info *types.Info) {
	f := &instanceFinder{seen: map[types.Type]bool{}}
	for _, inst := range info.Instances {
		f.find(inst.Type)
	}
	if len(f.list) == 0 {
		return
	}
	s.instances = slices.DeleteFunc(s.instances, func(w weak.Pointer[types.Named]) bool { return w.Value() == nil })
	for _, inst := range f.list {
		if w := weak.Make(inst); !slices.Contains(s.instances, w) {
			s.instances = append(s.instances, w)
		}
	}
}

// instanceFinder finds the instances of generic types of cells that types lead to. It makes
// nothing of an instance that go/types has not made yet.
type instanceFinder struct {
	seen    map[types.Type]bool
	list    []*types.Named
	shallow bool // it looks at the types as they are written alone
}

func (f *instanceFinder) find(t types.Type) {
	if t == nil || f.seen[t] {
		return
	}
	f.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		f.find(types.Unalias(t))
	case *types.Named:
		f.named(t)
	case *types.TypeParam:
		if !f.shallow {
			f.find(t.Constraint())
		}
	case *types.Map:
		f.find(t.Key())
		f.find(t.Elem())
	case interface{ Elem() types.Type }: // pointer, array, slice, channel
		f.find(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			f.find(v.Type())
		}
	case *types.Signature:
		f.params(t.TypeParams())
		f.params(t.RecvTypeParams())
		f.find(t.Params())
		f.find(t.Results())
		if t.Recv() != nil {
			f.find(t.Recv().Type())
		}
	case *types.Struct:
		for v := range t.Fields() {
			f.find(v.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			f.find(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			f.find(e)
		}
	case *types.Union:
		for term := range t.Terms() {
			f.find(term.Type())
		}
	}
}

func (f *instanceFinder) named(t *types.Named) {
	for a := range t.TypeArgs().Types() {
		f.find(a)
	}
	if f.shallow || t.Obj().Pkg() == nil || t.Obj().Pkg().Path() != "main" {
		return // it leads to types of cells by its arguments alone
	}
	if t.TypeArgs().Len() > 0 {
		f.list = append(f.list, t)
		f.find(t.Origin())
	} else {
		f.params(t.TypeParams())
	}
	f.find(*(*types.Type)(unsafe.Add(unsafe.Pointer(t), namedRHS)))
	for _, m := range *methodList(t) {
		if m != nil {
			f.find(m.Type())
		}
	}
}

func (f *instanceFinder) params(list *types.TypeParamList) {
	for p := range list.TypeParams() {
		f.find(p)
	}
}
