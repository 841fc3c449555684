// Package rtype makes runtime types of the types of go/types, so that values of types
// that were declared while the program runs are what compiled code takes them for: fmt,
// json, errors.As and type switches see their names and methods.
//
// A type of a compiled package is the compiled one. An unnamed type is made by reflect.
// A named type, a pointer to one, an interface with methods and a struct with embedded
// fields are laid out here: the header of the underlying type as reflect makes it, with a
// name, a hash and a table of methods of our own. Size, alignment and pointer mask come
// from go/types, before the underlying type is made, so recursive types need no patching.
//
// What is assumed of Go's runtime is checked by Check, once, when the program starts.
package rtype

import (
	"reflect"
	"unsafe"
)

// The layouts of Go's type descriptors (internal/abi, Go 1.26).
type (
	// Type is the head of a type descriptor.
	Type struct {
		Size, PtrBytes                 uintptr
		Hash                           uint32
		TFlag, Align, FieldAlign, Kind uint8
		Equal                          func(p, q unsafe.Pointer) bool
		GCData                         *byte
		Str, PtrToThis                 int32
	}
	uncommon struct {
		PkgPath        int32
		Mcount, Xcount uint16
		Moff, _        uint32
	}
	method    struct{ Name, Mtyp, Ifn, Tfn int32 }
	imethod   struct{ Name, Typ int32 }
	ifaceType struct {
		Type
		PkgPath *byte
		Methods []imethod
	}
	field struct {
		Name   *byte
		Typ    *Type
		Offset uintptr
	}
	structType struct {
		Type
		PkgPath *byte
		Fields  []field
	}
	arrayType struct {
		Type
		Elem, Slice *Type
		Len         uintptr
	}
	chanType struct {
		Type
		Elem *Type
		Dir  int
	}
	funcType struct {
		Type
		In, Out uint16
	}
	mapType struct {
		Type
		Key, Elem, Group             *Type
		Hasher                       func(unsafe.Pointer, uintptr) uintptr
		GroupSize, SlotSize, ElemOff uintptr
		Flags                        uint32
	}
	elemType struct {
		Type
		Elem *Type
	}
)

// Flags of a type.
const (
	flagUncommon     = 1
	flagExtraStar    = 2
	flagNamed        = 4
	flagMaskOnDemand = 16 // GCData points to where the collector keeps the mask that it makes
	flagDirect       = 32 // values of the type are kept in the data word of an interface
)

// Pointer returns the address of a type's descriptor.
func Pointer(t reflect.Type) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] }

// Head returns the head of a type's descriptor.
func Head(t reflect.Type) *Type { return (*Type)(Pointer(t)) }

// At returns the type whose descriptor lies at an address.
func At(p unsafe.Pointer) reflect.Type {
	var e any
	(*[2]unsafe.Pointer)(unsafe.Pointer(&e))[0] = p
	return reflect.TypeOf(e)
}

// Direct reports whether values of a type are kept in the data word of an interface.
func (t *Type) Direct() bool { return t.TFlag&flagDirect != 0 }

// heads are the descriptors of each kind; kinds that are missing have a plain head.
var heads = map[reflect.Kind]reflect.Type{
	reflect.Struct: reflect.TypeFor[structType](), reflect.Array: reflect.TypeFor[arrayType](), reflect.Chan: reflect.TypeFor[chanType](),
	reflect.Func: reflect.TypeFor[funcType](), reflect.Map: reflect.TypeFor[mapType](), reflect.Pointer: reflect.TypeFor[elemType](),
	reflect.Slice: reflect.TypeFor[elemType](), reflect.Interface: reflect.TypeFor[ifaceType](),
}
