package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func gen(ctx context.Context, n int) <-chan int {
	ch := make(chan int)
	go func() {
		defer close(ch)
		for i := range n {
			select {
			case ch <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch
}

type Counter struct {
	mu sync.RWMutex
	m  map[string]int
}

func (c *Counter) Inc(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[k]++
}
func (c *Counter) Get(k string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.m[k]
}
func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	sum := 0
	for v := range gen(ctx, 10) {
		sum += v
		if v == 5 {
			cancel(errors.New("enough"))
			break
		}
	}
	fmt.Println(sum, ctx.Err(), context.Cause(ctx))
	c := Counter{m: map[string]int{}}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.Inc([]string{"a", "b"}[i%2])
		}()
	}
	wg.Wait()
	fmt.Println(c.Get("a"), c.Get("b"))
	var n atomic.Int64
	var once sync.Once
	for range 10 {
		wg.Go(func() { n.Add(2); once.Do(func() { n.Add(100) }) })
	}
	wg.Wait()
	fmt.Println(n.Load(), n.CompareAndSwap(120, 7), n.Load())
	done := make(chan struct{})
	res := make(chan string, 3)
	go func() {
		defer close(done)
		for s := range res {
			fmt.Print(s, " ")
		}
	}()
	for _, s := range []string{"x", "y", "z"} {
		res <- s
	}
	close(res)
	<-done
	v, ok := <-res
	fmt.Printf("%q %v\n", v, ok)
	var nilch chan int
	select {
	case <-nilch:
		fmt.Println("never")
	case nilch <- 1:
		fmt.Println("never")
	default:
		fmt.Println("default")
	}
	tctx, c2 := context.WithTimeout(context.WithValue(context.Background(), "k", "v"), 5*time.Millisecond)
	defer c2()
	select {
	case <-tctx.Done():
		fmt.Println(tctx.Err(), errors.Is(tctx.Err(), context.DeadlineExceeded), tctx.Value("k"))
	case <-time.After(2 * time.Second):
		fmt.Println("late")
	}
	sem := make(chan struct{}, 2)
	var active, maxActive int32
	for range 6 {
		wg.Go(func() {
			sem <- struct{}{}
			a := atomic.AddInt32(&active, 1)
			for {
				m := atomic.LoadInt32(&maxActive)
				if a <= m || atomic.CompareAndSwapInt32(&maxActive, m, a) {
					break
				}
			}
			time.Sleep(time.Millisecond)
			atomic.AddInt32(&active, -1)
			<-sem
		})
	}
	wg.Wait()
	fmt.Println(maxActive <= 2, active)
	var m sync.Map
	m.Store("a", 1)
	act, loaded := m.LoadOrStore("a", 2)
	fmt.Println(act, loaded)
	pool := sync.Pool{New: func() any { return new([]byte) }}
	b := pool.Get().(*[]byte)
	fmt.Println(len(*b))
	cond := sync.NewCond(&sync.Mutex{})
	ready := false
	go func() { cond.L.Lock(); ready = true; cond.L.Unlock(); cond.Broadcast() }()
	cond.L.Lock()
	for !ready {
		cond.Wait()
	}
	cond.L.Unlock()
	fmt.Println("ready")
	tick := time.NewTicker(time.Millisecond)
	k := 0
	for range tick.C {
		if k++; k == 3 {
			tick.Stop()
			break
		}
	}
	fmt.Println(k)
	func() {
		defer func() { fmt.Println(recover()) }()
		close(res)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		res <- "q"
	}()
}
