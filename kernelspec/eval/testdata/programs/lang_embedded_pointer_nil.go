// Nil embedded pointers, nil receivers, and promoted methods through interfaces.
package main

import "fmt"

type Base struct{ n int }

func (b *Base) Nil() bool { return b == nil }
func (b Base) Val() int   { return b.n }

type Mid struct{ *Base }
type Top struct {
	Mid
	extra string
}

type Niler interface{ Nil() bool }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panics:", r)
		}
	}()
	f()
}

type Tree struct {
	L, R *Tree
	V    int
}

func (t *Tree) Sum() int {
	if t == nil {
		return 0
	}
	return t.V + t.L.Sum() + t.R.Sum()
}

func (t *Tree) Insert(v int) *Tree {
	if t == nil {
		return &Tree{V: v}
	}
	if v < t.V {
		t.L = t.L.Insert(v)
	} else {
		t.R = t.R.Insert(v)
	}
	return t
}

func (t *Tree) Walk(f func(int)) {
	if t != nil {
		t.L.Walk(f)
		f(t.V)
		t.R.Walk(f)
	}
}

func main() {
	var t Top
	fmt.Println(t.Nil(), Niler(t).Nil(), t.extra == "")
	try("value method", func() { t.Val() })
	try("field", func() { _ = t.n })
	try("method value", func() { f := t.Val; f() })
	f := t.Nil
	t.Base = &Base{4}
	fmt.Println(f(), t.Nil(), t.Val(), t.n)
	var i interface{ Val() int } = t
	t.Base.n = 5
	fmt.Println(i.Val())
	var root *Tree
	for _, v := range []int{5, 2, 8, 1} {
		root = root.Insert(v)
	}
	fmt.Println(root.Sum(), root.L.L.L.Sum())
	root.Walk(func(v int) { fmt.Print(v, " ") })
	fmt.Println()
	var np *Base
	try("nil deref", func() { fmt.Println(np.Val()) })
	try("nil iface", func() { var n Niler; n.Nil() })
	try("nil iface method value", func() { var n Niler; _ = n.Nil })
}
