// runtime and debug: collection, goroutines, finalizers, callers, build facts.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
	"unique"
	"weak"
)

type res struct{ name string }

func where() string {
	_, _, line, ok := runtime.Caller(1)
	return fmt.Sprint(line > 0, ok)
}

func main() {
	fmt.Println(runtime.GOOS != "", runtime.GOARCH != "", runtime.NumCPU() > 0, strings.HasPrefix(runtime.Version(), "go"))
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.NumGC
	runtime.GC()
	runtime.ReadMemStats(&m)
	fmt.Println(m.NumGC > before, m.HeapAlloc > 0)
	done := make(chan string, 1)
	func() {
		r := &res{"freed"}
		runtime.SetFinalizer(r, func(r *res) { done <- r.name })
	}()
	for range 50 {
		runtime.GC()
		select {
		case s := <-done:
			fmt.Println(s)
			goto end
		case <-time.After(2 * time.Millisecond):
		}
	}
end:
	fmt.Println(where())
	old := runtime.GOMAXPROCS(0)
	fmt.Println(old > 0, len(debug.Stack()) > 0)
	x := make([]byte, 10)
	runtime.KeepAlive(x)
	var e runtime.Error
	func() {
		defer func() { e = recover().(runtime.Error) }()
		var p *res
		_ = p.name
	}()
	fmt.Println(e.Error())
	c := make(chan int)
	go func() {
		defer close(c)
		defer func() { c <- 1 }()
		runtime.Goexit()
		c <- 2
	}()
	fmt.Println(<-c, <-c)
	runtime.Gosched()
	w := weak.Make(&res{"w"})
	_ = w
	h := unique.Make("a" + strings.Repeat("b", 2))
	fmt.Println(h == unique.Make("abb"), h.Value())
}
