// Deferred calls run last in first out, with arguments of the time, and may change results.
package main

import (
	"fmt"
	"sync"
)

func order() {
	for i := range 3 {
		defer fmt.Print("d", i, " ")
	}
	fmt.Print("body ")
}

func named() (n int) {
	defer func() { n *= 2 }()
	defer func() { n += 3 }()
	return 4
}

func args() {
	x := 1
	defer fmt.Println("arg", x)
	defer func() { fmt.Println("closure", x) }()
	x = 2
}

type res struct{ name string }

func (r *res) Close() { fmt.Println("close", r.name) }

func (r res) Done() { fmt.Println("done", r.name) }

func methods() {
	r := &res{"first"}
	defer r.Close()
	defer r.Done()
	f := r.Close
	defer f()
	r.name = "changed"
	r = &res{"second"}
	defer func(p *res) { p.Close() }(r)
}

func loop() (s string) {
	for i := range 3 {
		func() {
			defer func() { s += fmt.Sprint(i) }()
			if i == 1 {
				return
			}
			s += "-"
		}()
	}
	return
}

func locks() int {
	var mu sync.Mutex
	get := func() int {
		mu.Lock()
		defer mu.Unlock()
		return 5
	}
	return get() + get()
}

func main() {
	order()
	fmt.Println()
	fmt.Println(named())
	args()
	methods()
	fmt.Println(loop(), locks())
	defer fmt.Println("end of main")
	defer func() {
		defer fmt.Println("nested")
		fmt.Println("outer deferred")
	}()
}
