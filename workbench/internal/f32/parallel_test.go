package f32

import (
	"slices"
	"sync"
	"testing"
)

// Every index is worked once, and ranges begin at multiples of grain.
func TestParallel(t *testing.T) {
	for n := range 40 {
		for threads := range 5 {
			for grain := 1; grain < 9; grain++ {
				var mu sync.Mutex
				var seen []int
				Parallel(threads, n, grain, func(lo, hi int) {
					mu.Lock()
					defer mu.Unlock()
					if lo%grain != 0 || lo >= hi {
						t.Errorf("n=%d threads=%d grain=%d: range %d … %d", n, threads, grain, lo, hi)
					}
					for i := lo; i < hi; i++ {
						seen = append(seen, i)
					}
				})
				slices.Sort(seen)
				for i := range n {
					if len(seen) != n || seen[i] != i {
						t.Fatalf("n=%d threads=%d grain=%d: worked %v", n, threads, grain, seen)
					}
				}
			}
		}
	}
}
