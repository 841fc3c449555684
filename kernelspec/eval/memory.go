package eval

import "axn/kernelspec/eval/code"

// RequireMemory panics if there is not the memory that compiled code is about to take for
// what, so that the cell which called it fails in the place of the process.
func RequireMemory(what string, bytes float64) { code.RequireMemory(what, bytes) }
