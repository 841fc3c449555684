package rtype

import (
	"fmt"
	"sync"
	"unsafe"
)

// stubCount is how many methods all types of a process may have; each takes a stub of 16
// bytes of code. A value method takes three: for its type's interfaces, for its type by
// reflection, and for the pointer type.
const stubCount = 1 << 15

// stubTable holds a function value for each stub: stub i jumps to the code of
// stubTable[i], with the value as its closure, and touches no other register that holds
// an argument. So nothing is known here of where arguments are.
var stubTable [stubCount]unsafe.Pointer

// stubBase is the address of stub 0; the stubs follow each other at stubSize bytes.
var stubBase uintptr

// closureCode is the address of a stub that jumps to the function value in the second
// word of its closure.
var closureCode uintptr

const stubSize = 16

// ClosureCode is the first word of function values whose second word is the function
// value that compiled code is to call: by it they are told from others.
func ClosureCode() uintptr { return closureCode }

var stubs struct {
	mu   sync.Mutex
	used int
}

// newStub returns the address of code that jumps to the code of a function value.
func newStub(f unsafe.Pointer) unsafe.Pointer {
	stubs.mu.Lock()
	defer stubs.mu.Unlock()
	if stubs.used == stubCount {
		panic(fmt.Sprintf("more than %d methods were declared: restart the kernel", stubCount))
	}
	i := stubs.used
	stubs.used++
	stubTable[i] = f
	code := stubBase + uintptr(i)*stubSize
	return *(*unsafe.Pointer)(unsafe.Pointer(&code))
}
