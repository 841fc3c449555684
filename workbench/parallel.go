package workbench

import (
	"runtime"

	"axn/workbench/internal/cores"
)

// parallel calls do(0) to do(n-1) on all cores and waits for them. A panic in one of them
// is raised again in the caller, with its stack.
func parallel(n int, do func(i int)) { cores.For(threads(), n, do) }

// threads is how many goroutines share heavy work.
func threads() int { return runtime.GOMAXPROCS(0) }
