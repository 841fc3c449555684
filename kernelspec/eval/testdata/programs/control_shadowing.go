// Scopes: blocks, if-else chains, short declarations, shadowed builtins and packages.
package main

import (
	"fmt"
	"strconv"
)

var x = "package"

func len2(s string) int { return len(s) * 2 }

func f(x int) (y int) {
	if x := x * 2; x > 10 {
		y := "inner"
		return len2(y)
	} else if z := x + 1; z > 5 {
		return z + x
	} else {
		y = z * x
	}
	return
}

func g() (err error) {
	if _, err := strconv.Atoi("x"); err != nil {
		_ = err
	}
	return
}

func main() {
	fmt.Println(x)
	x := 1
	{
		x := x + 1
		x++
		fmt.Println(x)
	}
	for x := range 2 {
		x := x * 10
		fmt.Print(x, " ")
	}
	fmt.Println(x, f(6), f(3), f(1), g())
	func() {
		len := func(s string) string { return "len of " + s }
		true := false
		string := 7
		fmt.Println(len("a"), true, string)
	}()
	a, err := strconv.Atoi("1")
	b, err := strconv.Atoi("z")
	fmt.Println(a, b, err != nil)
	if a, b := b, a; a < b {
		fmt.Println("swapped", a, b)
	}
	type T struct{ a int }
	v := T{1}
	{
		type T []int
		v := T{1, 2}
		fmt.Println(v, len(v))
	}
	fmt.Println(v, len("abc"))
	switch x := any(x).(type) {
	case int:
		fmt.Println(x + 1)
	}
}
