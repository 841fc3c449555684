package main_test

import "testing"

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
		{name: "method of a generic type and its older values", cells: []string{"type G[T any] struct { x T }\nfunc (g G[T]) A() T { return g.x }\ng := G[int]{1}", "func (g G[T]) B() T { return g.x }\nG[int]{2}.B()", "g.B()"}, fails: []string{"g is from cell[1], before G was declared anew: run cell[1] again"}},
		{name: "value of an older type", cells: []string{"type C struct{ X int }\nc := C{1}\nfunc use(c C) int { return c.X }", "type C struct{ X, Y int }", "use(c)"}, fails: []string{"cannot use c", "c is from cell[1], before C was declared anew: run cell[1] again"}},
		{name: "field of an older type", cells: []string{"type C struct{ X int }\nc := C{1}", "type C struct{ X, Y int }", "c.Y"}, fails: []string{"c is from cell[1], before C was declared anew: run cell[1] again"}},
		{name: "assertion of an older type", cells: []string{"type C struct{ X int }\nvar c any = C{1}", "type C struct{ X, Y int }", "c.(C)"}, fails: []string{"interface conversion: interface {} is main.C, not main.C: the value was made before C was declared anew: run its cell again"}},
	})
}
