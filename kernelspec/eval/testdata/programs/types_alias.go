// Aliases, plain and generic, are the same type; defined types are not.
//cells:whole

package main

import "fmt"

type Text = string
type Names = []Text
type ID int
type Other = ID
type Set[T comparable] = map[T]struct{}
type Pair[A, B any] struct {
	First  A
	Second B
}
type IntPair[B any] = Pair[int, B]

func (o Other) Next() ID { return o + 1 }

func has[T comparable](s Set[T], v T) bool { _, ok := s[v]; return ok }

func main() {
	var t Text = "a"
	var s string = t
	n := Names{t, s}
	fmt.Printf("%T %T %v\n", t, n, n)
	var o Other = 3
	fmt.Printf("%T %v\n", o, o.Next())
	set := Set[string]{"x": {}}
	fmt.Println(has(set, "x"), has(set, "y"))
	fmt.Printf("%T\n", set)
	p := IntPair[string]{1, "one"}
	var q Pair[int, string] = p
	fmt.Printf("%+v %v\n", q, q == p)
	type local = struct{ a int }
	fmt.Printf("%T\n", local{1})
	var e any = p
	_, ok := e.(Pair[int, string])
	fmt.Println(ok)
}
