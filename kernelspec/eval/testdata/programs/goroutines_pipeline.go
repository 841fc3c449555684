// A sieve, a semaphore, a worker pool with results in order, and a broken-off producer.
package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func generate(ctx context.Context) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := 2; ; i++ {
			select {
			case c <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

func filter(ctx context.Context, in <-chan int, p int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for v := range in {
			if v%p != 0 {
				select {
				case out <- v:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

type result struct {
	id  int
	val string
}

func main() {
	c, cancel := context.WithCancel(context.Background())
	ch := generate(c)
	for range 10 {
		p := <-ch
		fmt.Print(p, " ")
		ch = filter(c, ch, p)
	}
	cancel()
	fmt.Println()
	sem := make(chan struct{}, 3)
	var running, most atomic.Int32
	var wg sync.WaitGroup
	results := make([]result, 8)
	for i := range results {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			results[i] = result{i, strings.Repeat("*", i)}
			running.Add(-1)
		})
	}
	wg.Wait()
	fmt.Println(most.Load() <= 3, running.Load(), results[7].val)
	fmt.Println(results[1:4])
	tick := time.NewTicker(time.Millisecond)
	n := 0
	for range tick.C {
		if n++; n == 3 {
			tick.Stop()
			break
		}
	}
	fmt.Println(n, runtime.NumGoroutine() > 0)
}
