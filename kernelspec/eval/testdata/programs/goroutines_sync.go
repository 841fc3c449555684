// Goroutines with WaitGroup, Mutex, RWMutex, Once, Cond, atomic, Pool and sync.Map.
package main

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
)

type account struct {
	mu  sync.RWMutex
	bal map[string]int
}

func (a *account) add(k string, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bal[k] += n
}

func (a *account) get(k string) int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.bal[k]
}

func main() {
	acc := account{bal: map[string]int{}}
	var wg sync.WaitGroup
	var ops atomic.Int64
	for i := range 20 {
		wg.Add(1)
		go func(n int) {
			defer wg.Done()
			acc.add("x", n)
			ops.Add(1)
		}(i)
	}
	wg.Wait()
	fmt.Println(acc.get("x"), ops.Load())
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	val := sync.OnceValue(func() int { fmt.Println("computed"); return 7 })
	fmt.Println(val(), val())
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	fmt.Println("ready", mu.TryLock(), mu.TryLock())
	var m sync.Map
	m.Store("a", 1)
	v, loaded := m.LoadOrStore("a", 2)
	fmt.Println(v, loaded)
	m.Range(func(k, v any) bool { fmt.Println(k, v); return true })
	pool := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	buf := pool.Get().(*bytes.Buffer)
	buf.WriteString("pooled")
	fmt.Println(buf)
	var p atomic.Pointer[account]
	fmt.Println(p.Load() == nil, p.CompareAndSwap(nil, &acc), p.Load().get("x"))
	var flag atomic.Bool
	fmt.Println(flag.Swap(true), flag.Load())
	var av atomic.Value
	av.Store([]int{1})
	fmt.Println(av.Load().([]int))
}
