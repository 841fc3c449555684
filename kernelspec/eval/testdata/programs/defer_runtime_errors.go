// Run-time errors can be recovered, are runtime.Error and have Go's texts.
package main

import (
	"fmt"
	"runtime"
)

type T struct{ a, b int }
type S interface{ M() }

func try(name string, f func()) {
	defer func() {
		r := recover()
		_, ok := r.(runtime.Error)
		fmt.Printf("%s: %v (%t)\n", name, r, ok)
	}()
	f()
}

func main() {
	s, i, z := []int{1, 2, 3}, 5, 0
	var m map[string]int
	var p *T
	var e any = "text"
	var n S
	var f func()
	arr := [3]int{}
	try("index", func() { _ = s[i] })
	try("array", func() { _ = arr[i] })
	try("string", func() { _ = "abc"[i] })
	try("negative", func() { _ = s[z-1] })
	try("slice", func() { _ = s[1:i] })
	try("slice order", func() { _ = s[i-2 : 1] })
	try("slice3", func() { _ = s[0:2:i] })
	try("substring", func() { _ = "abc"[i:] })
	try("divide", func() { _ = 1 / z })
	try("modulo", func() { _ = i % z })
	try("nil map", func() { m["a"] = 1 })
	try("nil pointer", func() { p.b = 1 })
	try("nil func", func() { f() })
	try("nil interface", func() { n.M() })
	try("assert", func() { _ = e.(int) })
	try("assert interface", func() { _ = e.(S) })
	try("assert nil", func() { e = nil; _ = e.(int) })
	try("make", func() { _ = make([]int, z-1) })
	try("close", func() { c := make(chan int); close(c); close(c) })
	try("send", func() { c := make(chan int); close(c); c <- 1 })
	try("nil chan", func() { var c chan int; close(c) })
	try("hash", func() { _ = map[any]int{}[[]int{}] })
	try("compare", func() { a, b := any(s), any(s); _ = a == b })
	try("to array", func() { _ = [4]int(s) })
	try("shift", func() { _ = 1 << (z - 1) })
}
