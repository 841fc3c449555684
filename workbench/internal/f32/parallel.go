package f32

import (
	"sync"
	"sync/atomic"
)

// Parallel splits 0 … n-1 into ranges of a multiple of grain (the last one
// may be shorter), up to four a thread, and runs f on them, the caller and
// threads-1 goroutines each taking the next range when done with one. A
// goroutine that the system starts late leaves its ranges to the others.
// threads < 2 runs f(0, n) in the caller. f must not care where ranges end.
func Parallel(threads, n, grain int, f func(lo, hi int)) {
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
	var next atomic.Int64
	var unfinished sync.WaitGroup
	unfinished.Add(ranges)
	work := func() {
		for t := int(next.Add(1)) - 1; t < ranges; t = int(next.Add(1)) - 1 {
			f(edge(t), edge(t+1))
			unfinished.Done()
		}
	}
	for range threads - 1 {
		go work()
	}
	work()
	unfinished.Wait()
}
