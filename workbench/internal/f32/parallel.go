package f32

import "sync"

// Parallel splits 0 … n-1 into ranges of a multiple of grain (the last one
// may be shorter), about one a thread, and runs f on them at the same time.
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
	var wg sync.WaitGroup
	edge := func(t int) int { return min(grains*t/threads*grain, n) }
	for t := 1; t < threads; t++ {
		wg.Go(func() { f(edge(t), edge(t+1)) })
	}
	f(0, edge(1))
	wg.Wait()
}
