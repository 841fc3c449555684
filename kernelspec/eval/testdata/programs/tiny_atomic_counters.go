// Atomic values and compare-and-swap loops.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type stat struct {
	n   atomic.Int64
	max atomic.Uint32
}

func (s *stat) add(v uint32) {
	s.n.Add(1)
	for {
		old := s.max.Load()
		if v <= old || s.max.CompareAndSwap(old, v) {
			return
		}
	}
}

func main() {
	var s stat
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { s.add(uint32(i * 7 % 50)) })
	}
	wg.Wait()
	fmt.Println(s.n.Load(), s.max.Load())
}
