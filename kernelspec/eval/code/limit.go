package code

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"

	"axn/kernelspec/eval/rtype"
)

// Where Go would end the process for want of stack, a cell ends with an error instead.

// maxStack is how many bytes the stack of a goroutine may take, and maxStacks those of all:
// beyond, a recursion is taken for endless. A stack grows to twice its size, so the limits
// lie below powers of two: one goroutine is about a million calls deep then.
const (
	maxStack  = 250 << 20
	maxStacks = 500 << 20
	depthMask = 1<<12 - 1 // the depth is looked at every 4096 calls
)

// checkDepth ends a thread whose calls nest too deep.
func checkDepth(fr *frame) {
	if rtype.StackUsed() > maxStack || fr.depth > 1<<17 && metric("/memory/classes/heap/stacks:bytes") > maxStacks {
		panic(fatal(fmt.Sprintf("stack overflow: %d calls deep, a function calls itself without end or too often", fr.depth)))
	}
}

func init() {
	debug.SetMaxStack(4 * maxStack) // checkDepth comes first
}

// metric reads a number of the runtime's.
func metric(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
