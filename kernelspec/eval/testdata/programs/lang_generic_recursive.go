// Recursive generic types, constraints that refer to themselves, and generic methods as values.
package main

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

type LinkedList[T any] struct {
	head, tail *element[T]
	size       int
}
type element[T any] struct {
	val  T
	next *element[T]
}

func (l *LinkedList[T]) Push(v T) *LinkedList[T] {
	e := &element[T]{val: v}
	if l.tail == nil {
		l.head = e
	} else {
		l.tail.next = e
	}
	l.tail = e
	l.size++
	return l
}

func (l *LinkedList[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for e := l.head; e != nil; e = e.next {
			if !yield(i, e.val) {
				return
			}
			i++
		}
	}
}

func MapList[T, U any](l *LinkedList[T], f func(T) U) *LinkedList[U] {
	r := &LinkedList[U]{}
	for _, v := range l.All() {
		r.Push(f(v))
	}
	return r
}

type Ordered[T any] interface{ Less(T) bool }

func Max[T Ordered[T]](a T, rest ...T) T {
	for _, b := range rest {
		if a.Less(b) {
			a = b
		}
	}
	return a
}

type Version struct{ major, minor int }

func (a Version) Less(b Version) bool {
	return a.major < b.major || a.major == b.major && a.minor < b.minor
}

type Cloner[T any] interface{ Clone() T }
type Doc struct{ words []string }

func (d *Doc) Clone() *Doc { return &Doc{slices.Clone(d.words)} }

func CloneAll[T Cloner[T]](in []T) (out []T) {
	for _, v := range in {
		out = append(out, v.Clone())
	}
	return
}

type Expr[T any] interface{ Eval() T }
type Lit[T any] struct{ v T }
type Add[T ~int | ~string] struct{ l, r Expr[T] }

func (l Lit[T]) Eval() T { return l.v }
func (a Add[T]) Eval() T { return a.l.Eval() + a.r.Eval() }

func main() {
	l := (&LinkedList[int]{}).Push(1).Push(2).Push(3)
	for i, v := range MapList(l, func(i int) string { return strings.Repeat("z", i) }).All() {
		fmt.Print(i, v, " ")
	}
	push := l.Push
	push(4)
	fmt.Println(l.size)
	fmt.Println(Max(Version{1, 2}, Version{1, 10}, Version{0, 99}))
	d := &Doc{[]string{"a"}}
	c := CloneAll([]*Doc{d})
	c[0].words[0] = "changed"
	fmt.Println(d.words, c[0].words)
	fmt.Println(Add[int]{Lit[int]{1}, Add[int]{Lit[int]{2}, Lit[int]{3}}}.Eval(), Add[string]{Lit[string]{"a"}, Lit[string]{"b"}}.Eval())
	f := (*LinkedList[int]).Push
	f(l, 5)
	fmt.Printf("%d %T\n", l.size, Add[string]{})
}
