// Functions that return functions that return functions.
package main

import "fmt"

type op func(int) op

func add(total *int) op {
	var self op
	self = func(n int) op { *total += n; return self }
	return self
}

func main() {
	t := 0
	add(&t)(1)(2)(3)
	fmt.Println(t)
	f := func(a int) func(int) func(int) int {
		return func(b int) func(int) int { return func(c int) int { return a*b + c } }
	}
	fmt.Println(f(2)(3)(4))
}
