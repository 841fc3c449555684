package rtype

import "unsafe"

// Goroutine returns the address by which the runtime knows the calling goroutine. A later
// goroutine may get the same one.
func Goroutine() uintptr

// StackUsed returns how many bytes of its stack the calling goroutine uses.
//
//go:noinline
func StackUsed() uintptr {
	var here byte
	_, high := stack()
	return high - uintptr(unsafe.Pointer(&here))
}

// stack returns where the stack of the calling goroutine lies: with that its description
// begins.
func stack() (low, high uintptr) {
	g := Goroutine()
	bounds := *(**[2]uintptr)(unsafe.Pointer(&g))
	return bounds[0], bounds[1]
}
