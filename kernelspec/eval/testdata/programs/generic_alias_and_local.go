// Generic code with local types, closures over type parameters, static state and recursion.
package main

import (
	"cmp"
	"fmt"
	"slices"
)

type Vec[T any] = []T
type Dict[V any] = map[string]Vec[V]

func Group[T any](v Vec[T], key func(T) string) Dict[T] {
	d := Dict[T]{}
	for _, x := range v {
		d[key(x)] = append(d[key(x)], x)
	}
	return d
}

func Chunk[T any](v []T, n int) [][]T {
	if len(v) <= n {
		return [][]T{v}
	}
	return append([][]T{v[:n]}, Chunk(v[n:], n)...)
}

func Memo[K comparable, V any](f func(K) V) func(K) V {
	type entry struct {
		v    V
		hits int
	}
	m := map[K]*entry{}
	return func(k K) V {
		e := m[k]
		if e == nil {
			e = &entry{v: f(k)}
			m[k] = e
		}
		e.hits++
		if e.hits == 2 {
			fmt.Printf("%v again; ", k)
		}
		return e.v
	}
}

func SortBy[T any, K cmp.Ordered](s []T, key func(T) K) []T {
	s = slices.Clone(s)
	slices.SortStableFunc(s, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return s
}

func main() {
	g := Group([]string{"ant", "bee", "ape"}, func(s string) string { return s[:1] })
	fmt.Println(g)
	fmt.Printf("%T\n", g)
	fmt.Println(Chunk([]int{1, 2, 3, 4, 5}, 2))
	sq := Memo(func(x float64) float64 { return x * x })
	fmt.Println(sq(3), sq(3), sq(4))
	fmt.Println(SortBy([]string{"ccc", "a", "bb", "dd"}, func(s string) int { return len(s) }))
	type local struct{ n int }
	fmt.Println(SortBy([]local{{3}, {1}}, func(l local) int { return l.n }))
}
