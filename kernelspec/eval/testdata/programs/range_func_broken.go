package main

import "fmt"

func main() {
	try := func(f func()) { defer func() { r := recover(); _, ok := r.(error); fmt.Println(ok, r) }(); f() }
	try(func() {
		for range func(y func(int) bool) { y(1); y(2) } {
			break
		}
	})
	var saved func(int) bool
	try(func() {
		for range func(y func(int) bool) { saved = y; y(1) } {
		}
		saved(2)
	})
	try(func() {
		for range func(y func(int) bool) { func() { defer func() { recover() }(); y(1) }(); y(2) } {
			panic("b")
		}
	})
	try(func() {
		for range func(y func(int) bool) { defer func() { recover() }(); y(1) } {
			panic("c")
		}
	})
	try(func() {
		for x := range func(y func(int) bool) { y(1) } {
			if x == 1 {
				panic("yield function called after range loop exit")
			}
		}
	})
}
