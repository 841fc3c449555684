package rtype

import (
	"fmt"
	"go/types"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/tools/go/types/typeutil"
)

// Sizes are the compiler's.
var Sizes = types.SizesFor("gc", runtime.GOARCH)

// Table translates types of go/types to runtime types. It may be used by several
// goroutines.
type Table struct {
	mu       sync.Mutex
	made     typeutil.Map
	owners   sync.Map // address of a descriptor with methods of ours -> *Owner
	compiled func(*types.Named) reflect.Type
	bind     Bind
	count    uint32
	within   []types.Type // type arguments of the function whose types are asked for

	renewed    atomic.Bool
	successors sync.Map // address of an old descriptor -> that of the one made in its place
}

// Bind makes the function value, of type f, that a method's stub jumps to. Its first
// parameter is the receiver, or a pointer to it if indirect is set.
type Bind func(o *Owner, sel *types.Selection, f reflect.Type, indirect bool) unsafe.Pointer

// Owner is a type whose method table is ours.
type Owner struct {
	Type types.Type   // as go/types has it
	Real reflect.Type // as the runtime has it

	methods []*types.Selection
}

// NewTable returns an empty table. compiled returns the type of a compiled package that
// a named type stands for, nil if there is none.
func NewTable(compiled func(*types.Named) reflect.Type, bind Bind) *Table {
	t := &Table{compiled: compiled, bind: bind}
	t.made.SetHasher(typeutil.MakeHasher())
	return t
}

// Of returns the runtime type of a type. It panics if there is none: for type parameters,
// tuples of none, and types that go/ssa alone knows.
func (t *Table) Of(typ types.Type) reflect.Type {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(typ)
}

// Within says that the types of an instance of a generic function, or of a method of an instance
// of a generic type, are asked for, with the type arguments; nil for another function.
func (t *Table) Within(args []types.Type) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.within = args
}

// Each calls visit with the types that were made.
func (t *Table) Each(visit func(types.Type)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made.Iterate(func(typ types.Type, _ any) { visit(typ) })
}

// Owner returns the type at a descriptor's address if its method table is ours, else nil.
func (t *Table) Owner(descriptor unsafe.Pointer) *Owner {
	if o, ok := t.owners.Load(descriptor); ok {
		return o.(*Owner)
	}
	return nil
}

func (t *Table) of(typ types.Type) reflect.Type {
	typ = types.Unalias(typ)
	if r := t.made.At(typ); r != nil {
		return r.(reflect.Type)
	}
	r := t.make(typ)
	if old := t.made.At(typ); old != nil { // made on the way, by a type that leads back here
		return old.(reflect.Type)
	}
	t.made.Set(typ, r)
	return r
}

var basic = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](),
	types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](), types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](),
	types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](), types.Uintptr: reflect.TypeFor[uintptr](),
	types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](), types.Complex64: reflect.TypeFor[complex64](), types.Complex128: reflect.TypeFor[complex128](),
	types.String: reflect.TypeFor[string](), types.UnsafePointer: reflect.TypeFor[unsafe.Pointer](),
	types.UntypedBool: reflect.TypeFor[bool](), types.UntypedInt: reflect.TypeFor[int](), types.UntypedRune: reflect.TypeFor[rune](), types.UntypedFloat: reflect.TypeFor[float64](),
	types.UntypedComplex: reflect.TypeFor[complex128](), types.UntypedString: reflect.TypeFor[string](), types.UntypedNil: reflect.TypeFor[unsafe.Pointer](),
}

var chanDirs = map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}

func (t *Table) make(typ types.Type) reflect.Type {
	switch typ := typ.(type) {
	case *types.Basic:
		if r := basic[typ.Kind()]; r != nil {
			return r
		}
	case *types.Pointer:
		elem := t.of(typ.Elem())
		if r := t.made.At(typ); r != nil {
			return r.(reflect.Type)
		}
		return t.pointer(typ, elem)
	case *types.Slice:
		return reflect.SliceOf(t.of(typ.Elem()))
	case *types.Array:
		return reflect.ArrayOf(int(typ.Len()), t.of(typ.Elem()))
	case *types.Map:
		return reflect.MapOf(t.of(typ.Key()), t.of(typ.Elem()))
	case *types.Chan:
		return ChanOf(chanDirs[typ.Dir()], t.of(typ.Elem()))
	case *types.Signature:
		return t.function(typ, nil)
	case *types.Tuple:
		return t.tuple(typ)
	case *types.Struct:
		return t.structure(typ)
	case *types.Interface:
		return t.iface(typ)
	case *types.Named:
		return t.named(typ)
	}
	panic(fmt.Sprintf("no runtime type for %v (%T)", typ, typ))
}

// ChanOf is reflect.ChanOf. That copies the descriptor of chan unsafe.Pointer with what it
// says of its pointer type, if the program has one: the copy must not say it.
func ChanOf(dir reflect.ChanDir, elem reflect.Type) reflect.Type {
	r, prototype := reflect.ChanOf(dir, elem), reflect.TypeFor[chan unsafe.Pointer]()
	if h := Head(r); r != prototype && h.PtrToThis != 0 && h.PtrToThis == Head(prototype).PtrToThis {
		h.PtrToThis = 0
	}
	return r
}

// tuple is the struct of the values of a tuple.
func (t *Table) tuple(typ *types.Tuple) reflect.Type {
	fields := make([]reflect.StructField, typ.Len())
	for i := range fields {
		fields[i] = reflect.StructField{Name: fmt.Sprintf("R%d", i), Type: t.of(typ.At(i).Type())}
	}
	return reflect.StructOf(fields)
}

// function is a function type; recv, if set, is its first parameter.
func (t *Table) function(sig *types.Signature, recv reflect.Type) reflect.Type {
	var in, out []reflect.Type
	if recv != nil {
		in = append(in, recv)
	}
	for v := range sig.Params().Variables() {
		in = append(in, t.of(v.Type()))
	}
	for v := range sig.Results().Variables() {
		out = append(out, t.of(v.Type()))
	}
	return reflect.FuncOf(in, out, sig.Variadic())
}

// MethodFunc returns the type of a method as a function whose first parameter is recv.
func (t *Table) MethodFunc(sig *types.Signature, recv reflect.Type) reflect.Type {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.function(sig, recv)
}

// structure is a struct type. reflect.StructOf does not take embedded fields whose
// methods it cannot promote: then it makes the struct of plain fields, and a copy of that
// is marked and given the methods.
func (t *Table) structure(typ *types.Struct) reflect.Type {
	fields := make([]reflect.StructField, typ.NumFields())
	embeds, blank := false, false
	for i := range fields {
		f := typ.Field(i)
		fields[i] = reflect.StructField{Name: f.Name(), Type: t.of(f.Type()), Tag: reflect.StructTag(typ.Tag(i))}
		if !f.Exported() {
			fields[i].PkgPath = "main"
			if f.Pkg() != nil {
				fields[i].PkgPath = f.Pkg().Path()
			}
		}
		if f.Name() == "_" { // reflect.StructOf refuses a second one
			fields[i].Name, blank = fmt.Sprintf("_%d", i), true
		}
		embeds = embeds || f.Embedded()
	}
	if r := t.made.At(typ); r != nil {
		return r.(reflect.Type)
	}
	plain := reflect.StructOf(fields)
	if !embeds && !blank {
		return plain
	}
	methods := methodsOf(typ)
	b := newBlock(reflect.TypeFor[structType](), 0, methods)
	head := (*structType)(b.at)
	*head = *(*structType)(Pointer(plain))
	t.count++
	head.PtrToThis = 0
	head.TFlag |= flagUncommon
	head.Fields = append([]field(nil), head.Fields...)
	for i := range head.Fields {
		if f := typ.Field(i); f.Embedded() || f.Name() == "_" {
			head.Fields[i].Name = nameBytes(f.Name(), f.Exported(), f.Embedded(), typ.Tag(i))
		}
	}
	if blank && types.Comparable(typ) {
		head.Equal = equalFields(head.Fields, typ)
	}
	head.Str = nameOff(structString(typ, fields), false)
	r := At(b.at)
	t.made.Set(typ, r)
	t.fill(b, typ, r)
	return r
}

// equalFields compares all fields but the blank ones.
func equalFields(fields []field, typ *types.Struct) func(p, q unsafe.Pointer) bool {
	var compared []field
	for i, f := range fields {
		if typ.Field(i).Name() != "_" {
			compared = append(compared, f)
		}
	}
	return func(p, q unsafe.Pointer) bool {
		for _, f := range compared {
			if !f.Typ.Equal(unsafe.Add(p, f.Offset), unsafe.Add(q, f.Offset)) {
				return false
			}
		}
		return true
	}
}

func structString(typ *types.Struct, fields []reflect.StructField) string {
	s := "struct {"
	for i, f := range fields {
		if i > 0 {
			s += ";"
		}
		s += " "
		if !typ.Field(i).Embedded() {
			s += typ.Field(i).Name() + " "
		}
		s += f.Type.String()
		if f.Tag != "" {
			s += fmt.Sprintf(" %q", string(f.Tag))
		}
	}
	if len(fields) > 0 {
		s += " "
	}
	return s + "}"
}
