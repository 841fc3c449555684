package code

import (
	"reflect"
	"unsafe"
)

var fnStubPC uintptr

const numStubs = 4096

var stubTab [numStubs]unsafe.Pointer
var stubPCs [numStubs]uintptr
var usedStubs int

// newStub gives the address of code that calls a function value.
func newStub(f reflect.Value) unsafe.Pointer {
	if usedStubs == numStubs {
		panic("too many methods")
	}
	i := usedStubs
	usedStubs++
	v := reflect.New(f.Type())
	v.Elem().Set(f)
	stubTab[i] = *(*unsafe.Pointer)(v.UnsafePointer())
	return *(*unsafe.Pointer)(unsafe.Pointer(&stubPCs[i]))
}
