// A generic ordered tree with a comparison, an iterator and a method value.
package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

type Tree[K, V any] struct {
	cmp  func(a, b K) int
	root *node[K, V]
	n    int
}
type node[K, V any] struct {
	k           K
	v           V
	left, right *node[K, V]
}

func New[K cmp.Ordered, V any]() *Tree[K, V]           { return &Tree[K, V]{cmp: cmp.Compare[K]} }
func NewFunc[K, V any](f func(a, b K) int) *Tree[K, V] { return &Tree[K, V]{cmp: f} }

func (t *Tree[K, V]) Put(k K, v V) {
	p := &t.root
	for *p != nil {
		switch c := t.cmp(k, (*p).k); {
		case c < 0:
			p = &(*p).left
		case c > 0:
			p = &(*p).right
		default:
			(*p).v = v
			return
		}
	}
	*p = &node[K, V]{k: k, v: v}
	t.n++
}

func (t *Tree[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.walk(yield) }
}

func (n *node[K, V]) walk(yield func(K, V) bool) bool {
	return n == nil || n.left.walk(yield) && yield(n.k, n.v) && n.right.walk(yield)
}

func main() {
	t := New[string, int]()
	for i, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t.Put(w, i)
	}
	for k, v := range t.All() {
		if k > "p" {
			break
		}
		fmt.Print(k, "=", v, " ")
	}
	fmt.Println(t.n)
	r := NewFunc[float64, struct{}](func(a, b float64) int { return cmp.Compare(b, a) })
	put := r.Put
	for _, x := range []float64{1.5, 3, 2} {
		put(x, struct{}{})
	}
	keys := slices.Collect(func(yield func(float64) bool) {
		for k := range r.All() {
			if !yield(k) {
				return
			}
		}
	})
	fmt.Println(keys, maps.Collect(t.All())["fox"])
}
