// Package cores shares work among the cores: the one way in which the workbench
// starts goroutines to compute.
package cores

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Panic is a panic of a task, raised again in the goroutine that waits for all of them.
type Panic struct {
	Value any
	Stack []byte // where it happened
}

// Error shows the value and the stack.
func (p *Panic) Error() string {
	return fmt.Sprintf("%v\n\nin a goroutine of its own:\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// For calls do(0) to do(n-1), the caller and threads-1 goroutines each taking the next
// when done with one, and waits for all. A goroutine that the system starts late leaves
// its tasks to the others. threads < 2 works in the caller alone.
//
// A panic in a task keeps those that have not begun from beginning, and is raised again
// in the caller as a *Panic.
func For(threads, n int, do func(i int)) {
	threads = min(threads, n)
	if threads < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var failed atomic.Pointer[Panic]
	var unfinished sync.WaitGroup
	unfinished.Add(n)
	task := func(i int) {
		defer unfinished.Done()
		if failed.Load() != nil {
			return
		}
		if p := caught(func() { do(i) }); p != nil {
			failed.CompareAndSwap(nil, p)
		}
	}
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			task(i)
		}
	}
	for range threads - 1 {
		go work()
	}
	work()
	unfinished.Wait()
	if p := failed.Load(); p != nil {
		panic(p)
	}
}

// caught calls do and returns what it panicked with.
func caught(do func()) (p *Panic) {
	defer func() {
		if r := recover(); r != nil {
			var ok bool
			if p, ok = r.(*Panic); !ok {
				p = &Panic{r, debug.Stack()}
			}
		}
	}()
	do()
	return nil
}

// Beside calls do in a goroutine of its own. wait waits for its end, and raises a panic of it again as
// a *Panic.
func Beside(do func()) (wait func()) {
	ended := make(chan *Panic, 1)
	go func() { ended <- caught(do) }()
	return func() {
		if p := <-ended; p != nil {
			panic(p)
		}
	}
}

// Ranges splits 0 … n-1 into ranges of a multiple of grain (the last one may be shorter),
// up to four a thread, and runs f on them as For does. threads < 2 runs f(0, n) in the
// caller. f must not care where ranges end.
func Ranges(threads, n, grain int, f func(lo, hi int)) {
	grains := (n + grain - 1) / grain
	threads = min(threads, grains)
	if threads < 2 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	ranges := min(4*threads, grains)
	edge := func(t int) int { return min(grains*t/ranges*grain, n) }
	For(threads, ranges, func(t int) { f(edge(t), edge(t+1)) })
}

// Threads is how many goroutines share heavy work.
func Threads() int { return runtime.GOMAXPROCS(0) }

// Each is For on all cores.
func Each(n int, do func(i int)) { For(Threads(), n, do) }
