package main

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type Num interface {
	~int | ~int8 | ~int64 | ~float32 | ~float64
}
type MyInt int

func (m MyInt) String() string { return fmt.Sprintf("My(%d)", int(m)) }

func Sum[T Num](xs ...T) (t T) {
	for _, x := range xs {
		t += x
	}
	return
}
func Map[S ~[]E, E, R any](s S, f func(E) R) []R {
	r := make([]R, 0, len(s))
	for _, e := range s {
		r = append(r, f(e))
	}
	return r
}
func Reduce[T, A any](s []T, a A, f func(A, T) A) A {
	for _, x := range s {
		a = f(a, x)
	}
	return a
}
func Keys[M ~map[K]V, K cmp.Ordered, V any](m M) []K {
	var ks []K
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }
func (s *Stack[T]) Pop() (x T, ok bool) {
	if len(s.items) == 0 {
		return
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) String() string { return fmt.Sprintf("<%v=%v>", p.Key, p.Val) }

type List[T any] struct {
	head *node[T]
	n    int
}
type node[T any] struct {
	v    T
	next *node[T]
}

func (l *List[T]) Add(v T) *List[T] {
	l.head = &node[T]{v, l.head}
	l.n++
	return l
}
func (l *List[T]) All() func(yield func(int, T) bool) {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l.head; n != nil; n = n.next {
			if !yield(i, n.v) {
				return
			}
			i++
		}
	}
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v T) Set[T] { s[v] = struct{}{}; return s }
func (s Set[T]) Has(v T) bool   { _, ok := s[v]; return ok }

type Stringish interface {
	~string
	Len() int
}
type Str string

func (s Str) Len() int { return len(s) }
func TotalLen[T Stringish](xs []T) (n int) {
	for _, x := range xs {
		n += x.Len() + len(string(x))
	}
	return
}
func Ptr[T any](v T) *T            { return &v }
func Zero[T any]() T               { var z T; return z }
func TypeName[T any]() string      { var z T; return fmt.Sprintf("%T", z) }
func Conv[To, From Num](f From) To { return To(f) }

type Tree[T any] struct {
	l, r *Tree[T]
	v    T
	less func(a, b T) bool
}

func (t *Tree[T]) Insert(v T) *Tree[T] {
	if t == nil {
		return &Tree[T]{v: v}
	}
	return t
}

type Ord[T any] interface{ Less(T) bool }
type Age int

func (a Age) Less(b Age) bool { return a < b }
func MaxOf[T Ord[T]](a, b T) T {
	if a.Less(b) {
		return b
	}
	return a
}

func main() {
	fmt.Println(Sum(1, 2, 3), Sum(1.5, 2), Sum[MyInt](1, 2), Sum[int8](100, 100))
	fmt.Println(Map([]int{1, 2}, func(i int) string { return strings.Repeat("x", i) }))
	fmt.Println(Reduce([]string{"a", "bb"}, 0, func(n int, s string) int { return n + len(s) }))
	fmt.Println(Keys(map[string]int{"b": 1, "a": 2}))
	s := &Stack[Pair[string, int]]{}
	s.Push(Pair[string, int]{"a", 1})
	s.Push(Pair[string, int]{"b", 2})
	p, ok := s.Pop()
	fmt.Println(p, ok, len(s.items))
	fmt.Printf("%T %T %v\n", s, p, *s)
	l := (&List[float64]{}).Add(1).Add(2.5).Add(3)
	for i, v := range l.All() {
		if i == 2 {
			break
		}
		fmt.Print(i, v, " ")
	}
	fmt.Println(l.n)
	st := Set[int]{}
	st.Add(1).Add(2)
	fmt.Println(st.Has(1), st.Has(3), len(st))
	fmt.Println(TotalLen([]Str{"ab", "c"}), *Ptr(3), Zero[string]() == "", Zero[*int]() == nil)
	fmt.Println(TypeName[map[string][]int](), TypeName[Pair[int, bool]](), TypeName[error]())
	fmt.Println(Conv[int](3.9), Conv[float64](MyInt(2)), Conv[int8](300))
	fmt.Println(MaxOf(Age(3), Age(5)))
	people := []Pair[string, int]{{"z", 3}, {"y", 1}, {"x", 2}}
	sort.Slice(people, func(i, j int) bool { return people[i].Val < people[j].Val })
	fmt.Println(people)
	slices.SortFunc(people, func(a, b Pair[string, int]) int { return cmp.Compare(a.Key, b.Key) })
	fmt.Println(people, slices.IndexFunc(people, func(p Pair[string, int]) bool { return p.Val == 3 }))
	f := Sum[float64]
	fmt.Println(f(1, 2), Map[[]int](nil, func(int) int { return 0 }) == nil)
	var t *Tree[string]
	t = t.Insert("root")
	fmt.Println(t.v, t.l == nil)
}
