package main_test

import (
	"strings"
	"testing"
)

// A cell that runs again unchanged, or with other bodies, changes no type: values of earlier
// cells go on. A type that is another one now is a new type.
func TestTypesAgain(t *testing.T) {
	const p = "type P struct{ X int }\nfunc (p P) Area() int { return p.X }\nfunc area(p P) int { return p.X }"
	const squared = "type P struct{ X int }\nfunc (p P) Area() int { return p.X * p.X }\nfunc area(p P) int { return p.X * p.X }"
	const err = "import (\"errors\"; \"fmt\")\ntype ErrX struct{ N int }\nfunc (e ErrX) Error() string { return fmt.Sprint(e.N) }"
	testCells(t, []cellCase{
		{name: "unchanged", cells: []string{"type P struct{ X int }", "var list []P\nfunc show(p P) int { return p.X }", "type P struct{ X int }", "list = append(list, P{1})\nshow(list[0])"}, want: "1"},
		{name: "several times", cells: []string{p, "q := P{3}", p, p, "[]P{q}[0].Area()"}, want: "3"},
		{name: "other bodies", cells: []string{"import \"fmt\"\n" + p, "func report(p P) string { return fmt.Sprint(area(p), p.Area()) }\nq := P{3}", squared, "report(q) + fmt.Sprint(\" \", q.Area(), P{2}.Area())"}, want: "9 9 9 4"},
		{name: "errors", cells: []string{err, "func do() error { return fmt.Errorf(\"w: %w\", ErrX{3}) }", err, "var e ErrX\nfmt.Print(errors.As(do(), &e), e.N)"}, want: "true 3"},
		{name: "type switch", cells: []string{"type S struct{ a []int }\nfunc (s *S) Push(n int) { s.a = append(s.a, n) }", "st := &S{}\nvar v any = st", "type S struct{ a []int }\nfunc (s *S) Push(n int) { s.a = append(s.a, n, n) }", "st.Push(1)\nswitch v := v.(type) {\ncase *S:\n\tprintln(len(v.a))\ndefault:\n\tprintln(\"other\")\n}"}, want: "2"},
		{name: "constants", cells: []string{"type K int\nconst (A K = iota; B)\nfunc (k K) String() string { return [...]string{\"a\", \"b\"}[k] }", "names := map[K]int{B: 7}", "type K int\nconst (A K = iota; B)\nfunc (k K) String() string { return [...]string{\"a\", \"b\"}[k] }", "names[B]"}, want: "7"},
		{name: "of each other", cells: []string{"type A struct{ b *B }\ntype B struct{ a *A }", "var x A", "type A struct{ b *B }\ntype B struct{ a *A }", "x = A{&B{&x}}\nx.b.a == &x"}, want: "true"},
		{name: "generic", cells: []string{"type Box[T any] struct{ V T }", "b := Box[int]{4}", "type Box[T any] struct{ V T }", "b = Box[int]{b.V + 1}\nb.V"}, want: "5"},
		{name: "a new field", cells: []string{"type P struct{ X int }", "q := P{1}", "type P struct{ X, Y int }", "q = P{1, 2}"}, fails: []string{"cannot use P"}},
		{name: "of a new type", cells: []string{"type E struct{ X int }", "type P struct{ E }", "type E struct{ Y int }", "type P struct{ E }", "P{E{2}}.Y"}, want: "2"},
		{name: "of a new constant", cells: []string{"const n = 2", "type P [n]int", "const n = 3", "type P [n]int", "len(P{})"}, want: "3"},
		{name: "in the same cell", cells: []string{"const n = 2\ntype P [n]int", "const n = 3\ntype P [n]int", "len(P{})"}, want: "3"},
		{name: "a method less", cells: []string{"import \"fmt\"\ntype P struct{ X int }\nfunc (P) String() string { return \"told\" }", "type P struct{ X int }", "fmt.Print(P{1})"}, want: "{1}"},
		{name: "a method more, and less", cells: []string{"import \"fmt\"\ntype P struct{ X int }", "type P struct{ X int }\nfunc (P) String() string { return \"told\" }", "fmt.Print(P{1}, \" \")", "type P struct{ X int }", "fmt.Print(P{1})"}, want: "told {1}"},
		{name: "another package", cells: []string{"import \"math/rand\"\ntype R struct{ r *rand.Rand }", "import \"math/rand/v2\"\ntype R struct{ r *rand.Rand }", "R{rand.New(rand.NewPCG(1, 2))}.r.IntN(1)"}, want: "0"},
		{name: "as a program", cells: []string{"package main\ntype P struct{ X int }\nfunc main() { println(P{1}.X) }", "package main\ntype P struct{ X int }\nfunc main() { println(P{2}.X) }"}, want: "1 2"},
		{name: "taken away", cells: []string{"type P struct{ X int }", "%rm P", "type P struct{ X int }", "P{5}.X"}, want: "5"},
	})
}

// An exit ends the cell as it ends a program: what is deferred does not run.
func TestExitRunsNothing(t *testing.T) {
	const f = "import (\"fmt\"; \"log\"; \"os\")\nfunc f(end func()) { defer fmt.Println(\"ran\"); defer func() { fmt.Println(recover()) }(); end() }\n"
	testCells(t, []cellCase{
		{name: "exit", cells: []string{f + "f(func() { fmt.Print(1); os.Exit(0) })", "fmt.Print(2)"}, want: "12"},
		{name: "at the cell", cells: []string{f + "defer fmt.Print(\"ran\")\nfmt.Print(1)\nos.Exit(0)", "fmt.Print(2)"}, want: "12"},
		{name: "in a deferred function", cells: []string{f + "func() { defer fmt.Print(\"ran\"); defer os.Exit(0); defer fmt.Print(1) }()", "fmt.Print(2)"}, want: "12"},
		{name: "fatal", cells: []string{f + "f(func() { log.Fatal(\"over\") })"}, fails: []string{"os.Exit(1)"}},
	})
}

// What packages of Go take once in a process, a later cell may register again.
func TestRegisteredAgain(t *testing.T) {
	const point = "import (\"bytes\"; \"encoding/gob\")\ntype P struct{ X int }\nfunc (p P) Area() int { return p.X }\ntype Shape interface{ Area() int }\ngob.Register(P{})"
	const round = "var b bytes.Buffer\nvar in, out Shape = P{X: 3}, nil\nerr := gob.NewEncoder(&b).Encode(&in)\nif err == nil { err = gob.NewDecoder(&b).Decode(&out) }\nif err != nil { panic(err) }\nout.Area()"
	testCells(t, []cellCase{
		{name: "type for gob", cells: []string{point, point, round, strings.Replace(point, "X int", "X, Y int", 1), round}, want: "3 3"},
		{name: "named type for gob", cells: []string{"import \"encoding/gob\"\ntype P struct{ X int }\ngob.RegisterName(\"p\", P{})", "type P struct{ X, Y int }\ngob.RegisterName(\"p\", P{})"}},
		{name: "type for gob twice in a cell", cells: []string{"import \"encoding/gob\"\ntype P struct{}\ntype Q struct{}\ngob.RegisterName(\"p\", P{})\ngob.RegisterName(\"p\", Q{})"}, fails: []string{"registering duplicate types"}},
		{name: "variables of expvar", cells: []string{"import \"expvar\"\nn := expvar.NewInt(\"n\")\nn.Add(1)", "n := expvar.NewInt(\"n\")\nn.Add(5)\nexpvar.Get(\"n\").(*expvar.Int).Value()", "m := expvar.NewMap(\"n\")\nm.Add(\"a\", 2)\nexpvar.Get(\"n\")"}, want: "5 {\"a\": 2}"},
		{name: "variable of expvar twice in a cell", cells: []string{"import \"expvar\"\nexpvar.NewInt(\"n\")\nexpvar.NewInt(\"n\")"}, fails: []string{"Reuse of exported var name: n"}},
		{name: "database driver", cells: []string{"import (\"database/sql\"; \"database/sql/driver\"; \"errors\")\ntype D struct{ text string }\nfunc (d D) Open(string) (driver.Conn, error) { return nil, errors.New(d.text) }\nsql.Register(\"d\", D{\"a\"})", "sql.Register(\"d\", D{\"b\"})", "db, err := sql.Open(\"d\", \"\")\nif err != nil { panic(err) }\ndb.Ping().Error(), db.Driver().(D).text"}, want: "b b"},
		{name: "profile", cells: []string{"import \"runtime/pprof\"\np := pprof.NewProfile(\"p\")", "pprof.NewProfile(\"p\") == p"}, want: "true"},
		{name: "sequence of an earlier cell", cells: []string{"import (\"fmt\"; \"iter\")\nnext, stop := iter.Pull(func(yield func(int) bool) { for i := 0; ; i++ { fmt.Print(\"made\", i, \" \"); if !yield(i) { return } } })\nnext()", "v, ok := next()\nv, ok", "stop()\nfmt.Print(\"end\")"}, want: "made0 0 true made1 1 true end"},
	})
}
