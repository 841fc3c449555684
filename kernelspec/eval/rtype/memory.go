package rtype

import (
	"reflect"
	"unsafe"
)

// NewMemory makes a type for the allocator and the collector alone: memory of a size in
// bytes with pointers at some offsets. words calls set with each.
func NewMemory(size uintptr, words func(set func(offset uintptr))) unsafe.Pointer {
	t := &Type{Size: (size + 7) &^ 7, Align: 8, FieldAlign: 8, Kind: uint8(reflect.Struct)}
	t.PtrBytes, t.GCData = PointerMask(words)
	hold(t)
	return unsafe.Pointer(t)
}
