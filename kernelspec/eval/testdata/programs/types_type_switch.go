// Type switches over concrete types, interfaces, lists of types and nil.
package main

import (
	"fmt"
	"time"
)

type Int int
type Uint uint8
type Err struct{ msg string }

func (e Err) Error() string { return e.msg }

func kind(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case Int:
		return fmt.Sprint("Int ", int(x)+1)
	case int, int64:
		return fmt.Sprintf("int or int64 %v", x)
	case error:
		return "error " + x.Error()
	case []int:
		return fmt.Sprint("slice ", len(x))
	case func() int:
		return fmt.Sprint("func ", x())
	case map[string]Int:
		return fmt.Sprint("map ", x["a"])
	case *Int:
		*x++
		return fmt.Sprint("pointer ", *x)
	case chan int:
		return "chan"
	case struct{ A int }:
		return fmt.Sprint("struct ", x.A)
	case fmt.Stringer:
		return "stringer"
	default:
		return fmt.Sprintf("other %T", x)
	}
}

func main() {
	i := Int(5)
	for _, v := range []any{nil, i, 7, int64(8), Err{"bad"}, []int{1}, func() int { return 3 }, map[string]Int{"a": 1}, &i,
		make(chan int), struct{ A int }{4}, time.Second, Uint(1), "s", [1]int{}, []Int{}} {
		fmt.Println(kind(v))
	}
	switch any(i).(type) {
	case int:
		fmt.Println("no")
	case Int:
		fmt.Println("yes", i)
	}
	switch y := any(2.5).(type) {
	case float32, float64:
		fmt.Printf("%T\n", y)
	}
}
