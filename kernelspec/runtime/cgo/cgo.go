// Package cgo is what cells import as "runtime/cgo": the part of Go's own package of that
// name that needs no C. Go's own cannot be linked into a kernel, which is built without a
// C compiler.
package cgo

import (
	"sync"
	"sync/atomic"
)

// Incomplete is embedded in types that stand for incomplete types of C.
type Incomplete struct{ _ struct{} }

// Handle is an integer that stands for a Go value where no pointer may be kept.
type Handle uintptr

var (
	values sync.Map // by handle
	last   atomic.Uintptr
)

// NewHandle returns a handle for v, which is kept until the handle is deleted.
func NewHandle(v any) Handle {
	h := Handle(last.Add(1))
	values.Store(h, v)
	return h
}

// Value returns the value of a handle. It panics if the handle is not valid.
func (h Handle) Value() any {
	v, ok := values.Load(h)
	if !ok {
		panic("runtime/cgo: misuse of an invalid Handle")
	}
	return v
}

// Delete makes a handle invalid. It panics if the handle is not valid.
func (h Handle) Delete() {
	if _, ok := values.LoadAndDelete(h); !ok {
		panic("runtime/cgo: misuse of an invalid Handle")
	}
}
