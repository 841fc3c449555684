package code

import (
	"runtime/debug"
	"runtime/metrics"
)

// Where Go would end the process for want of stack, a cell ends with an error instead.

// maxDepth is how deep calls may nest in a goroutine, and maxStacks how many bytes the
// stacks of all goroutines may take: beyond, the recursion is taken for endless. A stack
// grows to twice its size, so the limit lies between two powers of two: it is reached
// about half a million calls deep.
const (
	maxDepth  = 2_000_000
	maxStacks = 200 << 20
	depthMask = 1<<12 - 1 // the depth is looked at every 4096 calls
)

// checkDepth ends a thread whose calls nest too deep.
func checkDepth(fr *frame) {
	if fr.depth > maxDepth || metric("/memory/classes/heap/stacks:bytes") > maxStacks {
		panic(fatal("stack overflow: a function calls itself without end"))
	}
}

func init() {
	debug.SetMaxStack(8 * maxStacks) // checkDepth comes first
}

// metric reads a number of the runtime's.
func metric(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
