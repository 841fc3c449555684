package rtype

// Goroutine returns the address by which the runtime knows the calling goroutine. A later
// goroutine may get the same one.
func Goroutine() uintptr
