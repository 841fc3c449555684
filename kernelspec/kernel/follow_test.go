package main_test

import (
	"strings"
	"testing"
)

// What a cell declares anew is seen by what earlier cells declared, or the cell says what
// does not see it.
func TestCellsFollow(t *testing.T) {
	testCells(t, []cellCase{
		{name: "constant", cells: []string{"const N = 3\nfunc g() int { return N }", "const N = 5\ng()", "const N = 7", "g()"}, want: "5 7"},
		{name: "constant of a constant", cells: []string{"const N = 3", "const (\n\tA = N * (iota + 1)\n\tB\n)\nfunc g() [2]int { return [2]int{A, B} }", "const N = 10\ng()", "const B = 1", "const N = 2\ng()"}, want: "[10 20] [2 1]"},
		{name: "generic function", cells: []string{"func m[T any](x T) string { return \"old\" }\nfunc use() string { return m(3) }", "func via[T any](x T) string { return m(x) }\nfunc useVia() string { return via(1.5) }", "func m[T any](x T) string { return \"new\" }\nuse(), useVia()"}, want: "new new"},
		{name: "constraint", cells: []string{"type Num interface { ~int }", "func sum[T Num](l ...T) (t T) { for _, v := range l { t += v }; return }", "type Num interface { ~int | ~float64 }\nsum(1.5, 2)"}, want: "3.5"},
		{name: "type of a variable", cells: []string{"import \"fmt\"\nx := 1\nfunc show() string { return fmt.Sprint(x) }", "x := \"text\"", "show()", "x := 2.5", "show()"}, want: "text 2.5"},
		{name: "signature", cells: []string{"func f(n int) int { return n }\nfunc g() int { return f(1) + h() }\nfunc h() int { return 0 }", "func f(n int, more ...int) int { return n + 10 + len(more) }", "g()"}, want: "11"},
		{name: "struct with a field more", cells: []string{"type T struct{ A int }\nfunc (t T) Sum() int { return t.A }", "type U struct { T; list []T }\nfunc mk(a int) T { return T{A: a} }\nfunc use(t T) int { return t.A + t.Sum() }\nfunc both(u U) int { return u.A + use(u.T) }", "type T struct{ A, B int }\nfunc (t T) Sum() int { return t.A + t.B }", "use(T{1, 2}), both(U{T: T{3, 4}}), mk(5)"}, want: "4 13 {5 0}"},
		{name: "in the same cell", cells: []string{"type T struct{ A int }", "func use(t T) int { return t.A }", "type T struct{ A, B int }\nuse(T{B: 1, A: 4})"}, want: "4"},
		{name: "method of another cell", cells: []string{"import \"fmt\"\ntype T struct{ A int }", "func (t T) String() string { return fmt.Sprint(\"T\", t.A) }", "type T struct{ A, B int }\nfmt.Println(T{1, 2})"}, want: "T1"},
		{name: "method of another cell, several times", cells: []string{"import \"fmt\"\ntype T struct{ A int }", "func (t T) String() string { return fmt.Sprint(\"T\", t.A) }", "type T struct{ A, B int }", "type T struct{ A, B, C int }", "type T struct{ B int }", "fmt.Println(T{1})", "type T struct{ A string }", "fmt.Println(T{\"a\"})"}, want: "note: T.String (cell[2]) still uses the older T: with the new one, line 1: t.A undefined (type T has no field or method A); change it and run its cell again\n{1}\nTa"},
		{name: "taken away", cells: []string{"type T struct{}\nfunc (T) F() int { return N }\nconst N = 1\nfunc g() int { return N }", "%rm T g", "const N = 2"}},
		{name: "method that uses a constant", cells: []string{"const N = 1\ntype T struct{}\nfunc (T) N() int { return N }\nt := T{}", "const N = 2\nt.N(), T.N(t)"}, want: "2 2"},
		{name: "interface with a method more", cells: []string{"type S interface{ Area() int }\ntype Q struct{ a int }\nfunc (q Q) Area() int { return q.a * q.a }\nfunc area(s S) int { return s.Area() }", "type S interface { Area() int; Side() int }\nfunc (q Q) Side() int { return q.a }\nfunc area(s S) int { return s.Area() + s.Side() }", "area(Q{3})"}, want: "12"},
		{name: "enum", cells: []string{"type Color int\nconst (\n\tRed Color = iota\n\tGreen\n)", "func name(c Color) string { if c == Green { return \"green\" }; return \"?\" }", "type Color uint8\nname(Green), name(1)"}, want: "green green"},
		{name: "by and by", cells: []string{"type T struct{ A int }", "list := []T{}\nfunc add(t T) { list = append(list, t) }", "type T struct{ A, B int }", "list := []T{}", "add(T{1, 2})\nlist"}, want: "note: add (cell[2]) still uses the older T: list is from cell[2], before T was declared anew: run cell[2] again\n[{1 2}]"},
		{name: "does not fit", cells: []string{"func f(a int) int { return a }\nfunc g() int { return f(1) }", "func f(a, b int) int { return a + b }\ng()", "func g() int { return f(1, 2) }\ng()"}, want: "note: g (cell[1]) still uses the older f: with the new one, line 2: not enough arguments in call to f; change it and run its cell again\n1 3"},
		{name: "function literal", cells: []string{"const N = 1\nh := func() int { return N }\nk := N", "const N = 2\nh()"}, want: "note: h (cell[1]) holds a function that still uses the older N: run its cell again\n1"},
		{name: "nothing to say", cells: []string{"const N = 1\nx := N\nfunc f() int { return N }\nfunc g[T any](t T) T { return t }\ntype T struct{ a [N]int }", "const N = 1\nx := 2\nfunc f() int { return 3 }\ntype T struct{ a [N]int }\nf()"}, want: "3"},
		{name: "type whose method does not fit", cells: []string{"type N struct { v int }\ntype L struct{ list []N }", "func (l *L) Add(v int) { l.list = append(l.list, N{v}) }\nfunc (l *L) Len() int { return len(l.list) }", "type N struct { v int; more string }", "l := &L{}\nl.Add(3)\nl.list[0].v, l.Len()"}, want: "note: L (cell[1]) still uses the older N: with the new one, line 1: too few values in struct literal of type N; change it and run its cell again\nnote: L.Add (cell[2]) still uses the older L, N: with the new one, line 1: too few values in struct literal of type N; change it and run its cell again\n3 1"},
		{name: "programs", cells: []string{"package main\nimport \"fmt\"\ntype S struct{ a int }\nfunc p(s S) { fmt.Println(s.a) }\nfunc main() { p(S{1}) }", "package main\nimport \"fmt\"\ntype S struct{ b string }\nfunc main() { fmt.Println(S{\"x\"}) }"}, want: "1\n{x}"},
		{name: "method of a generic type in a later cell", cells: []string{"type Stack[T any] struct { xs []T }\nfunc (s *Stack[T]) Push(x T) { s.xs = append(s.xs, x) }\nfunc twice[T any](x T) *Stack[T] { s := &Stack[T]{}; s.Push(x); s.Push(x); return s }", "func (s *Stack[T]) Len() int { return len(s.xs) }", "s := twice(3)\ns.Len()", "func (s *Stack[T]) Len() int { return len(s.xs) }", "s.Push(1)\ns.Len()"}, want: "2 3"},
		{name: "method of a generic type and its older values", cells: []string{"import \"fmt\"\ntype G[T any] struct { x T }\nfunc (g G[T]) A() T { return g.x }\ng, p := G[int]{1}, &G[string]{\"p\"}\nm, l := map[string]*G[int]{\"m\": {3}}, []G[float64]{{4.5}}\nvar i, j any = g, p", "func (g G[T]) B() T { return g.x }\nfunc (g *G[T]) Set(x T) { g.x = x }\nG[int]{2}.B()", "g.Set(7)\np.Set(\"q\")\nm[\"m\"].Set(8)\nl[0].Set(9)\ng.B(), p.B(), m[\"m\"].B(), l[0].B(), g.A()", "i.(interface{ B() int }).B(), j.(interface{ B() string }).B()", "func (g G[T]) String() string { return fmt.Sprint(\"G\", g.B()) }", "fmt.Println(g, p, m, l, i, j)"}, want: "2 7 q 8 9 7 1 q G7 Gq map[m:G8] [G9] G1 Gq"},
		{name: "method of a generic type in the same cell as its use", cells: []string{"type G[T any] struct { x T }\ng := G[int]{1}", "func (g G[T]) B() T { return g.x }\ng.B()", "func (g G[T]) B() T { return g.C() }\nfunc (g G[E]) C() E { return g.x }\ng.B()"}, want: "1 1"},
		{name: "method of a generic type that is embedded", cells: []string{"type G[T any] struct { x T }\ntype E struct { G[int] }\ntype P[T any] struct { *G[T] }\ne, p := E{G[int]{1}}, P[string]{&G[string]{\"s\"}}\nvar i any = e\nfunc get(x interface{ Get() int }) int { return x.Get() }", "func (g G[T]) Get() T { return g.x }\nfunc (g *G[T]) Set(x T) { g.x = x }", "e.Set(5)\np.Set(\"t\")\nget(e), get(&e), p.Get(), i.(interface{ Get() int }).Get()", "func (e E) Get() int { return -e.G.Get() }", "get(e), get(&e), i.(interface{ Get() int }).Get(), e.G.Get()"}, want: "5 5 t 1 -5 -5 -1 5"},
		{name: "method of a generic type and generic functions", cells: []string{"import \"fmt\"\ntype P[A, B any] struct { a A; b B }\nfunc mk[A, B any](a A, b B) P[A, B] { return P[A, B]{a, b} }\nfunc show[T any](x T) string { if s, ok := any(x).(fmt.Stringer); ok { return s.String() }; return \"plain\" }\np := mk(1, \"x\")\nshow(p)", "func (p P[A, B]) String() string { return fmt.Sprint(p.a, \"&\", p.b) }\nfunc (p P[X, Y]) Swap() P[Y, X] { return P[Y, X]{p.b, p.a} }", "show(p), show(p.Swap()), show(mk(mk(1, 2), 3).Swap())", "func (p P[A, B]) Swap() P[B, A] { return P[B, A]{p.b, p.a} }\nfunc (p P[A, B]) String() string { return \"new\" }", "show(p), p.Swap().a"}, want: "plain 1&x x&1 3&1&2 new x"},
		{name: "method of a generic type declared anew with another signature", cells: []string{"type G[T any] struct { x T }\nfunc (g G[T]) Get() T { return g.x }\ng := G[int]{1}\nvar i any = g\nfunc use() any { return g.Get() }\nuse()", "func (g G[T]) Get() []T { return []T{g.x} }", "g.Get(), use(), i.(interface{ Get() []int }).Get()"}, want: "1 [1] [1] [1]"},
		{name: "methods by a wrapper, declared anew with another signature", cells: []string{"type T struct{ n int }\nfunc (t T) M() int { return t.n }\ntype E struct{ T }\ne := &E{T{5}}\nany(&T{4}).(interface{ M() int }).M(), any(e).(interface{ M() int }).M()", "func (t T) M() string { return \"s\" }", "any(&T{1}).(interface{ M() string }).M(), any(e).(interface{ M() string }).M()"}, want: "4 5 s s"},
		{name: "value of an older type", cells: []string{"type C struct{ X int }\nc := C{1}\nfunc use(c C) int { return c.X }", "type C struct{ X, Y int }", "use(c)"}, fails: []string{"cannot use c", "c is from cell[1], before C was declared anew: run cell[1] again"}},
		{name: "method of another signature by an interface", cells: []string{"type P struct { X int }\nfunc (p P) Get() int { return p.X }\ntype Getter interface { Get() int }\nvar g Getter = P{4}", "func (p P) Get() string { return \"x\" }", "g.Get()"}, fails: []string{"main.P does not implement the interface any more: its method Get was declared anew with another signature"}},
		{name: "field of an older type", cells: []string{"type C struct{ X int }\nc := C{1}", "type C struct{ X, Y int }", "c.Y"}, fails: []string{"c is from cell[1], before C was declared anew: run cell[1] again"}},
		{name: "assertion of an older type", cells: []string{"type C struct{ X int }\nvar c any = C{1}", "type C struct{ X, Y int }", "c.(C)"}, fails: []string{"interface conversion: interface {} is main.C, not main.C: the value was made before C was declared anew: run its cell again"}},
	})
}

// What Go refuses as a method, it refuses of a type of an earlier cell too, and nothing stays.
func TestMethodsOfEarlierTypesRefused(t *testing.T) {
	s := start(t)
	s.run("type G[T any] struct { x T }\ntype I interface{ M() }\ntype P *int\ng := G[int]{1}")
	for _, c := range []struct{ cell, want string }{
		{"func (g G[T]) x() {}", "field and method with the same name x"},
		{"func (g G) M() {}", "cannot use generic type G[T any] without instantiation"},
		{"func (g G[A, B]) M() {}", "receiver declares 2 type parameters, but receiver base type declares 1"},
		{"func (i I) N() {}", "invalid receiver type I (pointer or interface type)"},
		{"func (p P) N() {}", "invalid receiver type P (pointer or interface type)"},
		{"func (g G[T]) D() {}\nfunc (g *G[T]) D() {}", "method G.D already declared at cell["},
		{"func (g G[T]) A() int { return none }", "undefined: none"},
		{"func (g G[T]) B() {}\nfunc (g G[T]) W() []G[*G[T]] { return nil }", "instantiation cycle: T would become part of its own argument without end"},
		{"g.A()", "g.A undefined"},
	} {
		if f := s.fails(c.cell); !strings.Contains(f.ErrorValue, c.want) {
			t.Errorf("%s: got %q, want %q", c.cell, f.ErrorValue, c.want)
		}
	}
}
