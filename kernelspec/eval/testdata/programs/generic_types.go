// Generic types: methods, nesting, instances of instances, names by %T.
package main

import "fmt"

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(v T) *Stack[T] { s.items = append(s.items, v); return s }
func (s *Stack[T]) Pop() (v T, ok bool) {
	if len(s.items) == 0 {
		return v, false
	}
	v = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) String() string                     { return fmt.Sprintf("%v=>%v", p.Key, p.Val) }
func MakePair[K comparable, V any](k K, v V) Pair[K, V] { return Pair[K, V]{k, v} }

type Cache[K comparable, V any] struct {
	m     map[K]*Pair[K, V]
	order []K
}

func NewCache[K comparable, V any]() *Cache[K, V] { return &Cache[K, V]{m: map[K]*Pair[K, V]{}} }
func (c *Cache[K, V]) Get(k K, make func(K) V) V {
	if p, ok := c.m[k]; ok {
		return p.Val
	}
	c.m[k] = &Pair[K, V]{k, make(k)}
	c.order = append(c.order, k)
	return c.m[k].Val
}

type Matrix[T ~int | ~float64] [][]T

func (m Matrix[T]) Mul(n Matrix[T]) Matrix[T] {
	r := make(Matrix[T], len(m))
	for i := range m {
		r[i] = make([]T, len(n[0]))
		for j := range r[i] {
			for k, v := range m[i] {
				r[i][j] += v * n[k][j]
			}
		}
	}
	return r
}

func main() {
	var s Stack[string]
	s.Push("a").Push("b")
	fmt.Println(s.Pop())
	s.Pop()
	fmt.Println(s.Pop())
	p := MakePair("x", Stack[int]{[]int{1}})
	fmt.Printf("%T %v\n", p, p)
	c := NewCache[string, int]()
	for _, w := range []string{"go", "gopher", "go"} {
		fmt.Print(c.Get(w, func(k string) int { fmt.Print("make "); return len(k) }), " ")
	}
	fmt.Println(c.order, c.m["go"])
	fmt.Println(Matrix[int]{{1, 1}, {1, 0}}.Mul(Matrix[int]{{1, 1}, {1, 0}}))
	fmt.Printf("%T %T\n", c, Matrix[float64]{})
	ps := []Pair[int, Pair[int, bool]]{{1, MakePair(2, true)}}
	fmt.Printf("%v %T\n", ps, ps)
}
