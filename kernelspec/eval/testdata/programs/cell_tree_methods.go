// Recursive methods on pointers, calls of later methods, methods that return functions of the type.
package main

import (
	"fmt"
	"strings"
)

type Tree struct {
	Left, Right *Tree
	Key         string
	Val         int
}

func (t *Tree) Insert(k string, v int) *Tree {
	switch {
	case t == nil:
		return &Tree{Key: k, Val: v}
	case k < t.Key:
		t.Left = t.Left.Insert(k, v)
	case k > t.Key:
		t.Right = t.Right.Insert(k, v)
	default:
		t.Val = v
	}
	return t
}

func (t *Tree) Height() int {
	if t == nil {
		return 0
	}
	return 1 + max(t.Left.Height(), t.Right.Height())
}

func (t *Tree) Each(f func(k string, v int)) {
	if t == nil {
		return
	}
	t.Left.Each(f)
	f(t.Key, t.Val)
	t.Right.Each(f)
}

func (t *Tree) Keys() (ks []string) {
	t.Each(func(k string, _ int) { ks = append(ks, k) })
	return
}

func (t *Tree) Sum() (n int) {
	t.Each(func(_ string, v int) { n += v })
	return
}

func (t *Tree) Getter() func(string) (int, bool) {
	return func(k string) (int, bool) {
		for n := t; n != nil; {
			switch c := strings.Compare(k, n.Key); c {
			case 0:
				return n.Val, true
			case -1:
				n = n.Left
			default:
				n = n.Right
			}
		}
		return 0, false
	}
}

func (t *Tree) Map(f func(int) int) *Tree {
	if t == nil {
		return nil
	}
	return &Tree{t.Left.Map(f), t.Right.Map(f), t.Key, f(t.Val)}
}

func main() {
	var t *Tree
	for i, k := range strings.Fields("m c x a e z b m") {
		t = t.Insert(k, i)
	}
	fmt.Println(t.Height(), t.Keys(), t.Sum())
	get := t.Getter()
	fmt.Println(get("e"))
	fmt.Println(get("q"))
	d := t.Map(func(v int) int { return v * v })
	fmt.Println(d.Sum(), d.Left.Key, t.Left.Val, d.Right.Right.Val)
}
