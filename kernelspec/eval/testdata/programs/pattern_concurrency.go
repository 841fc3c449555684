// A rate limiter, a broadcast, a promise, a pub-sub and a bounded parallel map.
package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

type Promise[T any] struct {
	done chan struct{}
	val  T
	err  error
}

func Go[T any](f func() (T, error)) *Promise[T] {
	p := &Promise[T]{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		defer func() {
			if r := recover(); r != nil {
				p.err = fmt.Errorf("panicked: %v", r)
			}
		}()
		p.val, p.err = f()
	}()
	return p
}

func (p *Promise[T]) Await() (T, error) { <-p.done; return p.val, p.err }

func ParallelMap[T, U any](in []T, workers int, f func(T) U) []U {
	out := make([]U, len(in))
	idx := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range idx {
				out[i] = f(in[i])
			}
		})
	}
	for i := range in {
		idx <- i
	}
	close(idx)
	wg.Wait()
	return out
}

type Topic[T any] struct {
	mu   sync.Mutex
	subs []chan T
}

func (t *Topic[T]) Subscribe(n int) <-chan T {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := make(chan T, n)
	t.subs = append(t.subs, c)
	return c
}
func (t *Topic[T]) Publish(v T) (sent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.subs {
		select {
		case c <- v:
			sent++
		default:
		}
	}
	return
}

func first(ctx context.Context, fs ...func(context.Context) string) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := make(chan string, len(fs))
	for _, f := range fs {
		go func() { c <- f(ctx) }()
	}
	return <-c
}

func main() {
	fmt.Println(Go(func() (int, error) { return 6 * 7, nil }).Await())
	_, err := Go(func() (string, error) { panic("oh") }).Await()
	fmt.Println(err)
	fmt.Println(ParallelMap([]int{1, 2, 3, 4, 5}, 3, func(i int) string { return strings.Repeat("#", i) }))
	var t Topic[int]
	a, b := t.Subscribe(2), t.Subscribe(1)
	fmt.Println(t.Publish(1), t.Publish(2), t.Publish(3), <-a, <-a, <-b)
	r := first(context.Background(),
		func(ctx context.Context) string { <-ctx.Done(); return "slow" },
		func(ctx context.Context) string { return "fast" })
	fmt.Println(r)
	gate := make(chan struct{})
	var n atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Add(1)
		go func() { defer wg.Done(); <-gate; n.Add(1) }()
	}
	fmt.Println(n.Load())
	close(gate)
	wg.Wait()
	fmt.Println(n.Load())
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	v := 0
	for range 100 {
		ping <- v
		v = <-pong
	}
	close(ping)
	_, ok := <-pong
	fmt.Println(v, ok)
}
