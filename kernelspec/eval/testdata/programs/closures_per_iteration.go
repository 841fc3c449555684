// Each iteration of a loop has its own variables; closures capture by reference.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()
	var ps []*int
	for i := 0; i < 6; i++ {
		if i%2 == 0 {
			i++
		}
		ps = append(ps, &i)
	}
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	fmt.Println()
	var gs []func() string
	for i, s := range []string{"a", "b"} {
		gs = append(gs, func() string { return fmt.Sprint(i, s) })
	}
	fmt.Println(gs[0](), gs[1]())
	n := 0
	inc := func() int { n++; return n }
	dec := func() int { n--; return n }
	fmt.Println(inc(), inc(), dec(), n)
	gen := func() (func() int, func(int)) {
		v := 1
		return func() int { return v }, func(x int) { v = x }
	}
	get, set := gen()
	set(9)
	get2, _ := gen()
	fmt.Println(get(), get2())
	var wg sync.WaitGroup
	out := make([]int, 5)
	for i := range out {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out[i] = i * i
		}()
	}
	wg.Wait()
	fmt.Println(out)
	for i := 0; i < 2; i++ {
		defer func() { fmt.Println("deferred", i) }()
	}
}
