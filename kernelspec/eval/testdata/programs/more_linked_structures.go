// Doubly linked list, ring buffer, trie and skip through pointers.
package main

import (
	"fmt"
	"maps"
	"slices"
)

type dll struct{ head, tail *dn }
type dn struct {
	v          string
	prev, next *dn
}

func (d *dll) push(v string) *dn {
	n := &dn{v: v, prev: d.tail}
	if d.tail != nil {
		d.tail.next = n
	} else {
		d.head = n
	}
	d.tail = n
	return n
}
func (d *dll) remove(n *dn) {
	if n.prev != nil {
		n.prev.next = n.next
	} else {
		d.head = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	} else {
		d.tail = n.prev
	}
}
func (d *dll) reverse() {
	for n := d.head; n != nil; n = n.prev {
		n.prev, n.next = n.next, n.prev
	}
	d.head, d.tail = d.tail, d.head
}
func (d dll) String() (s string) {
	for n := d.head; n != nil; n = n.next {
		s += n.v
	}
	return
}

type trie struct {
	kids map[rune]*trie
	end  bool
}

func (t *trie) add(w string) {
	for _, r := range w {
		if t.kids == nil {
			t.kids = map[rune]*trie{}
		}
		if t.kids[r] == nil {
			t.kids[r] = &trie{}
		}
		t = t.kids[r]
	}
	t.end = true
}
func (t *trie) find(prefix string) (out []string) {
	for _, r := range prefix {
		if t = t.kids[r]; t == nil {
			return nil
		}
	}
	var walk func(*trie, string)
	walk = func(t *trie, w string) {
		if t.end {
			out = append(out, w)
		}
		for _, r := range slices.Sorted(maps.Keys(t.kids)) {
			walk(t.kids[r], w+string(r))
		}
	}
	walk(t, prefix)
	return
}

type ring[T any] struct {
	buf        []T
	start, len int
}

func newRing[T any](n int) *ring[T] { return &ring[T]{buf: make([]T, n)} }
func (r *ring[T]) add(v T) {
	r.buf[(r.start+r.len)%len(r.buf)] = v
	if r.len < len(r.buf) {
		r.len++
	} else {
		r.start = (r.start + 1) % len(r.buf)
	}
}
func (r *ring[T]) all() (out []T) {
	for i := range r.len {
		out = append(out, r.buf[(r.start+i)%len(r.buf)])
	}
	return
}

func main() {
	var d dll
	d.push("a")
	b := d.push("b")
	d.push("c")
	d.remove(b)
	d.push("d")
	fmt.Println(d)
	d.reverse()
	fmt.Println(d, d.head.v, d.tail.v, d.tail.next == nil)
	var t trie
	for _, w := range []string{"go", "gopher", "got", "rust", "é"} {
		t.add(w)
	}
	fmt.Println(t.find("go"), t.find("x"), len(t.find("")))
	r := newRing[float64](3)
	for i := range 5 {
		r.add(float64(i) / 2)
	}
	fmt.Println(r.all(), r.start)
}
