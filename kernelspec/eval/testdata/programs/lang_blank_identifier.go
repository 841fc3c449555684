// The blank identifier in assignments, parameters, fields, imports and declarations.
package main

import (
	"fmt"
	"strconv"
	"unsafe"
)

type T struct {
	_ int
	A int
	_ string
}

var _ fmt.Stringer = (*T)(nil)
var _ = touch("package level")

func touch(s string) int { fmt.Println("touch", s); return 1 }

func (*T) String() string              { return "a T" }
func ignore(_ int, _ string) (_ error) { return }
func (_ T) Value(_ ...int) int         { return 5 }

const _ = iota

func _() { panic("never") }

func main() {
	_, b := 1, touch("rhs")
	_ = touch("blank")
	for range 2 {
	}
	for _, v := range []int{7} {
		fmt.Println(v, b)
	}
	fmt.Println(ignore(1, ""), T{A: 1}.Value(1, 2), T{A: 1} == T{A: 1}, &T{})
	_, _ = strconv.Atoi("x")
	var _, x = 1, 2
	if _, ok := any(x).(int); ok {
		fmt.Println("int", unsafe.Sizeof(T{}))
	}
	switch _ = x; {
	default:
		fmt.Println("default")
	}
}
