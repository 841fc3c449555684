package workbench

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do(0) to do(n-1) on all cores and waits for them. A panic in
// one of them is raised again in the caller.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var once sync.Once
	var failure any
	work := func() {
		defer func() {
			if r := recover(); r != nil {
				once.Do(func() { failure = r })
			}
		}()
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	for range min(n, threads()) - 1 {
		wg.Go(work)
	}
	work() // in this goroutine: one task alone moves to no other core
	wg.Wait()
	if failure != nil {
		panic(failure)
	}
}

// threads is how many goroutines share heavy work.
func threads() int { return runtime.GOMAXPROCS(0) }
