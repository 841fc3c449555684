// Types and functions declared in blocks.
package main

import "fmt"

type T struct{ a int }

func (T) Name() string { return "outer" }

func main() {
	fmt.Println(T{1}.Name())
	func() {
		type T struct{ b string }
		fmt.Printf("%+v %T\n", T{"x"}, T{})
		for range 1 {
			type T int
			fmt.Println(T(3) + 1)
		}
	}()
	fmt.Printf("%+v\n", T{2})
}
