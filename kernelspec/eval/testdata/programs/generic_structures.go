package main

import (
	"fmt"
	"slices"
	"strings"
)

// linked structures, generics with method constraints, many late methods
type Ordered interface {
	~int | ~string | ~float64
}
type Cmp[T any] interface{ Compare(T) int }
type Key struct {
	a int
	b string
}

func (k Key) Compare(o Key) int {
	if k.a != o.a {
		return k.a - o.a
	}
	return strings.Compare(k.b, o.b)
}

type BST[K Cmp[K], V any] struct {
	root *bnode[K, V]
	size int
}
type bnode[K Cmp[K], V any] struct {
	k    K
	v    V
	kids [2]*bnode[K, V]
}

func (t *BST[K, V]) find(k K) **bnode[K, V] {
	p := &t.root
	for *p != nil {
		switch c := k.Compare((*p).k); {
		case c < 0:
			p = &(*p).kids[0]
		case c > 0:
			p = &(*p).kids[1]
		default:
			return p
		}
	}
	return p
}
func (t *BST[K, V]) Put(k K, v V) *BST[K, V] {
	p := t.find(k)
	if *p == nil {
		*p = &bnode[K, V]{k: k}
		t.size++
	}
	(*p).v = v
	return t
}
func (t BST[K, V]) Get(k K) (v V, ok bool) {
	if n := *t.find(k); n != nil {
		return n.v, true
	}
	return
}
func (n *bnode[K, V]) walk(f func(K, V) bool) bool {
	return n == nil || n.kids[0].walk(f) && f(n.k, n.v) && n.kids[1].walk(f)
}
func (t *BST[K, V]) All() func(func(K, V) bool) {
	return func(y func(K, V) bool) { t.root.walk(y) }
}
func (t *BST[K, V]) String() string {
	var b strings.Builder
	for k, v := range t.All() {
		fmt.Fprintf(&b, "%v=%v;", k, v)
	}
	return b.String()
}

type Str string

func (s Str) Compare(o Str) int { return strings.Compare(string(s), string(o)) }

type Graph[N comparable] struct {
	adj map[N]Edges[N]
}
type Edges[N comparable] []Edge[N]
type Edge[N comparable] struct {
	to N
	w  int
}

func (e Edges[N]) Total() (t int) {
	for _, x := range e {
		t += x.w
	}
	return
}
func (g *Graph[N]) Add(a, b N, w int) {
	if g.adj == nil {
		g.adj = map[N]Edges[N]{}
	}
	g.adj[a] = append(g.adj[a], Edge[N]{b, w})
}
func (g Graph[N]) Dist(from N) map[N]int {
	d := map[N]int{from: 0}
	q := []N{from}
	for len(q) > 0 {
		n := q[0]
		q = q[1:]
		for _, e := range g.adj[n] {
			if old, ok := d[e.to]; !ok || d[n]+e.w < old {
				d[e.to] = d[n] + e.w
				q = append(q, e.to)
			}
		}
	}
	return d
}

type Cache[K comparable, V any] struct {
	*lru[K, V]
	load func(K) (V, error)
}
type lru[K comparable, V any] struct {
	order []K
	m     map[K]V
	cap   int
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	if v, ok = l.m[k]; ok {
		i := slices.Index(l.order, k)
		l.order = append(slices.Delete(l.order, i, i+1), k)
	}
	return
}
func (l *lru[K, V]) put(k K, v V) {
	if len(l.order) == l.cap {
		delete(l.m, l.order[0])
		l.order = l.order[1:]
	}
	l.m[k] = v
	l.order = append(l.order, k)
}
func (c Cache[K, V]) Get(k K) (V, error) {
	if v, ok := c.get(k); ok {
		return v, nil
	}
	v, err := c.load(k)
	if err == nil {
		c.put(k, v)
	}
	return v, err
}
func NewCache[K comparable, V any](n int, load func(K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{&lru[K, V]{m: map[K]V{}, cap: n}, load}
}

type Visitor[R any] interface {
	VisitNum(int) R
	VisitAdd(a, b Expr) R
}
type Expr interface{ String() string }
type NumE int
type AddE struct{ a, b Expr }

func (n NumE) String() string { return fmt.Sprint(int(n)) }
func (a AddE) String() string { return a.a.String() + "+" + a.b.String() }
func Accept[R any](e Expr, v Visitor[R]) R {
	switch e := e.(type) {
	case NumE:
		return v.VisitNum(int(e))
	case AddE:
		return v.VisitAdd(e.a, e.b)
	}
	panic("?")
}

type evalV struct{}

func (evalV) VisitNum(n int) int       { return n }
func (v evalV) VisitAdd(a, b Expr) int { return Accept[int](a, v) + Accept[int](b, v) }

type depthV struct{ d int }

func (v depthV) VisitNum(int) string { return fmt.Sprint(v.d) }
func (v depthV) VisitAdd(a, b Expr) string {
	n := depthV{v.d + 1}
	return Accept[string](a, n) + "," + Accept[string](b, n)
}

type Matrix[T Ordered] [][]T

func (m Matrix[T]) Map(f func(T) T) Matrix[T] {
	r := make(Matrix[T], len(m))
	for i := range m {
		for _, x := range m[i] {
			r[i] = append(r[i], f(x))
		}
	}
	return r
}

type Func[A, B any] func(A) B

func (f Func[A, B]) Apply(a A) B { return f(a) }
func Compose[A, B, C any](f Func[A, B], g Func[B, C]) Func[A, C] {
	return func(a A) C { return g(f(a)) }
}

type Either[L, R any] struct {
	l *L
	r *R
}

func Left[L, R any](l L) Either[L, R]  { return Either[L, R]{l: &l} }
func Right[L, R any](r R) Either[L, R] { return Either[L, R]{r: &r} }
func (e Either[L, R]) Fold(f func(L) string, g func(R) string) string {
	if e.l != nil {
		return f(*e.l)
	}
	return g(*e.r)
}
func (e Either[L, R]) Flip() Either[R, L] { return Either[R, L]{e.r, e.l} }

func main() {
	t := &BST[Key, []int]{}
	t.Put(Key{2, "b"}, []int{1}).Put(Key{1, "z"}, nil).Put(Key{2, "a"}, []int{3}).Put(Key{2, "b"}, []int{9})
	fmt.Println(t, t.size)
	fmt.Println(t.Get(Key{2, "a"}))
	_, ok := t.Get(Key{})
	fmt.Println(ok)
	s := (&BST[Str, int]{}).Put("x", 1).Put("a", 2)
	for k, v := range s.All() {
		fmt.Print(k, v, " ")
		if k == "a" {
			continue
		}
	}
	fmt.Printf("%T %v\n", s, s)
	var g Graph[Key]
	g.Add(Key{1, ""}, Key{2, ""}, 5)
	g.Add(Key{2, ""}, Key{3, ""}, 5)
	g.Add(Key{1, ""}, Key{3, ""}, 20)
	fmt.Println(g.Dist(Key{1, ""}), g.adj[Key{1, ""}].Total())
	loads := 0
	c := NewCache(2, func(k string) (int, error) {
		loads++
		if k == "" {
			return 0, fmt.Errorf("empty")
		}
		return len(k), nil
	})
	for _, k := range []string{"a", "bb", "a", "ccc", "bb", "", "a"} {
		v, err := c.Get(k)
		fmt.Print(v, err, " ")
	}
	fmt.Println(loads, c.order)
	e := AddE{NumE(1), AddE{NumE(2), NumE(3)}}
	fmt.Println(e, Accept[int](e, evalV{}), Accept(Expr(e), Visitor[string](depthV{})))
	fmt.Println(Matrix[string]{{"a", "b"}, {"c"}}.Map(func(s string) string { return s + s }))
	f := Compose(Func[int, string](func(i int) string { return fmt.Sprint(i * 2) }), func(s string) []byte { return []byte(s + "!") })
	fmt.Printf("%s %T\n", f.Apply(21), f)
	for _, e := range []Either[int, error]{Left[int, error](3), Right[int](fmt.Errorf("bad"))} {
		fmt.Print(e.Fold(func(i int) string { return fmt.Sprint("L", i) }, func(e error) string { return "R" + e.Error() }), " ", e.Flip().Fold(error.Error, func(i int) string { return "flip" }), "\n")
	}
	var st fmt.Stringer = t
	_, isE := st.(Expr)
	fmt.Println(isE)
	m := map[Edge[string]]*BST[Str, int]{{"a", 1}: s}
	fmt.Println(m[Edge[string]{"a", 1}].size, len(m))
}
