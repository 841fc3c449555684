// What nil slices, maps, channels, functions and interfaces do.
package main

import "fmt"

type T struct{}

func (t *T) OK() bool { return t == nil }

func main() {
	var s []int
	var m map[string]int
	var c chan int
	var f func()
	var p *T
	var e error
	fmt.Println(len(s), len(m), cap(c), f == nil, p.OK(), e == nil, m["x"], s == nil)
	for range s {
	}
	for range m {
	}
	s = append(s, 1)
	select {
	case <-c:
	default:
		fmt.Println("not ready")
	}
	var i interface{ OK() bool } = p
	fmt.Println(i == nil, i.OK(), s)
}
