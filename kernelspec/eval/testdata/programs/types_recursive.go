// Types that refer to themselves through pointers, slices, maps, functions and interfaces.
package main

import "fmt"

type Tree struct {
	kids []Tree
	name string
}

type JSON map[string]JSON
type State func(int) (State, int)
type List []List
type Visitor interface{ Visit(n int) Visitor }
type up int

func (u up) Visit(n int) Visitor {
	if n == 0 {
		return nil
	}
	return u + up(n)
}

func (t Tree) depth() int {
	d := 0
	for _, k := range t.kids {
		d = max(d, k.depth())
	}
	return d + 1
}

func even(n int) (State, int) { return odd, n + 2 }
func odd(n int) (State, int)  { return even, n * 3 }

func main() {
	t := Tree{name: "r", kids: []Tree{{name: "a"}, {kids: []Tree{{name: "b"}}}}}
	fmt.Println(t.depth())
	fmt.Printf("%+v\n", t)
	j := JSON{"a": {"b": nil, "c": {}}}
	fmt.Println(j, len(j["a"]["x"]["y"]))
	var s State = even
	n := 1
	for range 5 {
		s, n = s(n)
	}
	fmt.Println(n)
	l := List{{}, {{}, {}}}
	fmt.Println(len(l), len(l[1]), l)
	var v Visitor = up(1)
	for i := 3; v != nil; i-- {
		fmt.Print(v, " ")
		v = v.Visit(i)
	}
	fmt.Println()
}
