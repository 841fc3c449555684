package main_test

import (
	"fmt"
	"strings"
	"testing"

	"axn/kernelspec/frontend"
)

// cellCase is a short notebook and what its cells print and show, all together, or how
// the last one fails. Case, cells and answer are what a Go programmer expects, who knows
// no kernel.
type cellCase struct {
	name  string
	cells []string
	want  string   // streams and values, one after the other
	fails []string // instead: parts of the last cell's error
}

// shownBy is all that a cell prints and shows.
func shownBy(e *frontend.Executed) string {
	var b strings.Builder
	for _, o := range e.Outputs {
		switch o.Type {
		case "stream":
			b.WriteString(o.Text)
		case "execute_result", "display_data":
			fmt.Fprintln(&b, o.Data["text/plain"])
		}
	}
	return b.String()
}

func testCells(t *testing.T, cases []cellCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

func (c cellCase) run(t *testing.T) {
	s := start(t)
	var got strings.Builder
	for i, cell := range c.cells {
		e := s.try(cell)
		got.WriteString(shownBy(e))
		f := e.Failure()
		switch last := i == len(c.cells)-1; {
		case f != nil && (!last || c.fails == nil):
			t.Fatalf("cell %d failed: %s", i+1, strings.Join(f.Traceback, "\n"))
		case f == nil && last && c.fails != nil:
			t.Errorf("did not fail, printed %q", got.String())
		case f != nil:
			for _, part := range c.fails {
				if text := f.ErrorName + ": " + f.ErrorValue + "\n" + plainTrace(f); !strings.Contains(text, part) {
					t.Errorf("error lacks %q:\n%s", part, text)
				}
			}
		}
	}
	if c.fails == nil && squeeze(got.String()) != squeeze(c.want) {
		t.Errorf("got %q, want %q", got.String(), c.want)
	}
	s.want("40 + 2", "42")
}

// squeeze makes any white space one blank: how a value is broken into lines is not the
// matter here.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// plainTrace is a traceback without colours.
func plainTrace(f *frontend.Output) string {
	s := strings.Join(f.Traceback, "\n")
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		if !ok {
			return s
		}
		_, after, _ = strings.Cut(after, "m")
		s = before + after
	}
}

// Methods, named types and interfaces in cells are those of compiled Go.
func TestCellTypes(t *testing.T) {
	testCells(t, []cellCase{
		{name: "method value keeps its receiver", cells: []string{"import \"fmt\"\ntype C struct{ N int }\nfunc (c C) Get() int { return c.N }\nfunc (c *C) Inc() { c.N++ }", "c := C{1}\ng := c.Get\nc.Inc()\nc.Inc()\nfmt.Println(g(), c.Get(), C.Get(c))"}, want: "1 3 3"},
		{name: "method expression of a pointer", cells: []string{"type C struct{ N int }\nfunc (c *C) Inc() int { c.N++; return c.N }", "c := &C{1}\nf := (*C).Inc\nf(c), f(c)"}, want: "2 3"},
		{name: "names of types", cells: []string{"import \"fmt\"\ntype Foo struct{ A int }\ntype Bar int", "fmt.Printf(\"%T %T %#v %T\", Foo{1}, Bar(2), Foo{3}, map[Bar][]*Foo{})"}, want: "main.Foo main.Bar main.Foo{A:3} map[main.Bar][]*main.Foo"},
		{name: "type switch over named types", cells: []string{"import \"fmt\"\ntype Foo int\ntype Bar int", "for _, v := range []any{Foo(1), Bar(2), 3, nil} {\n\tswitch v.(type) {\n\tcase Foo:\n\t\tfmt.Print(\"Foo \")\n\tcase Bar:\n\t\tfmt.Print(\"Bar \")\n\tcase int:\n\t\tfmt.Print(\"int \")\n\tcase nil:\n\t\tfmt.Print(\"nil\")\n\t}\n}"}, want: "Foo Bar int nil"},
		{name: "assertion to Stringer", cells: []string{"import \"fmt\"\ntype S struct{}\nfunc (s S) String() string { return \"S!\" }", "var v any = S{}\nst, ok := v.(fmt.Stringer)\nst.String(), ok"}, want: "S! true"},
		{name: "assertion to an own interface", cells: []string{"type A interface{ X() int }\ntype I int\nfunc (i I) X() int { return int(i) }", "var v any = I(4)\na, ok := v.(A)\nok, a.X()"}, want: "true 4"},
		{name: "assertion to an interface of interfaces", cells: []string{"import (\"io\"; \"os\")\ntype RW interface { io.Reader; io.Writer }\nvar w io.Writer = os.Stdout\n_, ok := w.(RW)\nok"}, want: "true"},
		{name: "named keys differ", cells: []string{"type A int\ntype B int", "m := map[any]int{A(1): 1, B(1): 2, 1: 3}\nlen(m), m[B(1)]"}, want: "3 2"},
		{name: "equality of named values", cells: []string{"type A int\ntype B int", "var x, y any = A(1), B(1)\nx == y, x == any(A(1))"}, want: "false true"},
		{name: "equality of structs", cells: []string{"import \"fmt\"\ntype P struct{ X int; Y string }", "fmt.Println(P{1, \"a\"} == P{1, \"a\"}, P{1, \"a\"} != P{2, \"a\"})\nm := map[P]int{{1, \"a\"}: 5}\nfmt.Println(m[P{1, \"a\"}])"}, want: "true true\n5"},
		{name: "literal without keys in a later cell", cells: []string{"type p struct{ x, y int }\ntype q struct{ a, b p; l []p; m map[p]*p }", "v := q{p{1, 2}, p{3, 4}, []p{{5, 6}}, map[p]*p{{7, 8}: {9, 10}}}", "v.b.y, v.l[0].x, v.m[p{7, 8}].y"}, want: "4 5 10"},
		{name: "Stringer within slices and maps", cells: []string{"import (\"fmt\"; \"strconv\")\ntype D int\nfunc (d D) String() string { return \"D\" + strconv.Itoa(int(d)) }", "fmt.Println(D(3), []D{1}, map[D]D{1: 2})\nfmt.Printf(\"%s %v %d\", D(1), D(2), D(3))"}, want: "D3 [D1] map[D1:D2]\nD1 D2 3"},
		{name: "error by value", cells: []string{"import \"fmt\"\ntype NF struct{ N string }\nfunc (e NF) Error() string { return e.N + \" missing\" }", "var e error = NF{\"x\"}\nfmt.Printf(\"%v|%s|%d\", e, e, 1)"}, want: "x missing|x missing|1"},
		{name: "errors.As", cells: []string{"import (\"errors\"; \"fmt\")\ntype NF struct{ N string }\nfunc (e *NF) Error() string { return e.N }\nfunc g() error { return fmt.Errorf(\"w: %w\", &NF{\"x\"}) }", "var nf *NF\nerrors.As(g(), &nf), nf.N"}, want: "true x"},
		{name: "errors.Is with an own Is", cells: []string{"import (\"errors\"; \"io\")\ntype E struct{ Code int }\nfunc (e E) Error() string { return \"x\" }\nfunc (e E) Is(t error) bool { return t == io.EOF }", "errors.Is(E{3}, io.EOF)"}, want: "true"},
		{name: "Stringer declared as variable", cells: []string{"import \"fmt\"\ntype Color int\nconst (Red Color = iota; Green)\nfunc (c Color) String() string { return []string{\"Red\", \"Green\"}[c] }\nvar st fmt.Stringer = Green\nfmt.Println(st)"}, want: "Green"},
		{name: "later method in the same cell", cells: []string{"type M struct{ n int }\nfunc (m M) A() int { return m.B() + 1 }\nfunc (m M) B() int { return m.n }\nM{4}.A()"}, want: "5"},
		{name: "recursive method", cells: []string{"type T struct{ L *T; V int }\nfunc (t *T) Sum() int { if t == nil { return 0 }; return t.V + t.L.Sum() }", "(&T{&T{nil, 2}, 3}).Sum()"}, want: "5"},
		{name: "tree", cells: []string{"type Tree struct { L, R *Tree; V int }\nfunc (t *Tree) Insert(v int) *Tree {\n\tif t == nil { return &Tree{V: v} }\n\tif v < t.V { t.L = t.L.Insert(v) } else { t.R = t.R.Insert(v) }\n\treturn t\n}", "var t *Tree\nfor _, v := range []int{3, 1, 2} { t = t.Insert(v) }\nt.L.R.V"}, want: "2"},
		{name: "embedded reader", cells: []string{"import (\"fmt\"; \"io\"; \"strings\")\ntype rd struct{ io.Reader; n int }", "b, err := io.ReadAll(rd{strings.NewReader(\"abc\"), 0})\nfmt.Println(string(b), err)"}, want: "abc <nil>"},
		{name: "types declared again", cells: []string{"import \"fmt\"\ntype A struct{}\nfunc (A) Hi() string { return \"A\" }\ntype B struct{ A }\nfunc (B) Hi() string { return \"B\" }", "fmt.Println(B{}.Hi(), B{}.A.Hi())", "type I interface{ Hi() string }\ntype A struct{}\nfunc (A) Hi() string { return \"A2\" }\ntype B struct{ I }", "fmt.Println(B{A{}}.Hi())"}, want: "B A\nA2"},
		{name: "type declared again with another kind", cells: []string{"type A int\nvar a A = 3", "type A struct{ s string }\nb := A{\"x\"}", "a, b.s"}, want: "3 x"},
		{name: "generic type", cells: []string{"type Stack[T any] struct{ xs []T }\nfunc (s *Stack[T]) Push(x T) { s.xs = append(s.xs, x) }", "var s Stack[string]\ns.Push(\"a\")\ns.xs"}, want: "[a]"},
		{name: "generic pair", cells: []string{"type Pair[T any] struct{ a, b T }", "Pair[int]{1, 2}.b"}, want: "2"},
		{name: "constraint", cells: []string{"type Number interface { ~int | ~float64 }", "func Sum[T Number](xs ...T) (t T) { for _, x := range xs { t += x }; return }", "Sum(1, 2), Sum(0.5, 1)"}, want: "3 1.5"},
		{name: "new of a value", cells: []string{"p := new(42)\n*p"}, want: "42"},
		{name: "heap of an own type", cells: []string{"import (\"container/heap\"; \"fmt\")\ntype H []int\nfunc (h H) Len() int { return len(h) }\nfunc (h H) Less(i, j int) bool { return h[i] < h[j] }\nfunc (h H) Swap(i, j int) { h[i], h[j] = h[j], h[i] }\nfunc (h *H) Push(x any) { *h = append(*h, x.(int)) }\nfunc (h *H) Pop() any { o := *h; x := o[len(o)-1]; *h = o[:len(o)-1]; return x }", "h := &H{3, 1}\nheap.Init(h)\nheap.Push(h, 0)\nfmt.Println(heap.Pop(h), heap.Pop(h), *h)"}, want: "0 1 [3]"},
		{name: "json by own methods", cells: []string{"import (\"encoding/json\"; \"fmt\")\ntype T float64\nfunc (t T) MarshalJSON() ([]byte, error) { return []byte(\"\\\"T\\\"\"), nil }", "b, err := json.Marshal(map[string]T{\"a\": 1})\nfmt.Println(string(b), err)"}, want: "{\"a\":\"T\"} <nil>"},
		{name: "json of private fields", cells: []string{"import (\"encoding/json\"; \"fmt\")\ntype U struct{ Name string; secret string }", "b, _ := json.Marshal(U{\"n\", \"s\"})\nfmt.Println(string(b))\nfmt.Printf(\"%+v\", U{\"n\", \"s\"})"}, want: "{\"Name\":\"n\"}\n{Name:n secret:s}"},
		{name: "json into own types", cells: []string{"import (\"encoding/json\"; \"fmt\"; \"time\")\ntype D struct{ v time.Duration }\nfunc (d *D) UnmarshalJSON(b []byte) error { var s string; json.Unmarshal(b, &s); x, err := time.ParseDuration(s); d.v = x; return err }", "var dd struct{ T D `json:\"t\"`; L []D }\nerr := json.Unmarshal([]byte(`{\"t\":\"3s\",\"l\":[\"1m\"]}`), &dd)\nfmt.Println(dd.T.v, dd.L[0].v, err)"}, want: "3s 1m0s <nil>"},
	})
}

// Methods of a later cell reach values that lie in interfaces already.
func TestCellLateMethods(t *testing.T) {
	types := "import \"fmt\"\ntype T struct{ n int }\ntype W struct { Inner any; T T }"
	method := "func (t T) String() string { return fmt.Sprint(\"T#\", t.n) }"
	testCells(t, []cellCase{
		{name: "in variables", cells: []string{types, "var x, y any = T{3}, &T{4}\nw := W{T{9}, T{8}}", method, "fmt.Println(x, y, w)"}, want: "T#3 T#4 {T#9 T#8}"},
		{name: "in slices and maps", cells: []string{types, "list := []any{T{1}, []any{&T{2}}, map[string]any{\"a\": T{5}}}", method, "fmt.Println(list...)"}, want: "T#1 [T#2] map[a:T#5]"},
		{name: "in lists", cells: []string{types, "import \"container/list\"\nl := list.New()\n_ = l.PushBack(T{6})", method, "fmt.Println(l.Front().Value)"}, want: "T#6"},
		{name: "keys of maps", cells: []string{types, "m := map[any]int{T{1}: 7}\nvar x any = T{1}", method, "x == any(T{1}), m[T{1}], m[x], len(m)"}, want: "true 7 7 1"},
		{name: "in errors", cells: []string{types, "type E struct{ n int }\nfunc (e *E) Error() string { return \"e\" }", "err := fmt.Errorf(\"w: %w\", &E{3})", "func (e *E) Is(other error) bool { return other == errBase }\nvar errBase = fmt.Errorf(\"base\")", "import \"errors\"\nerrors.Is(err, errBase)"}, want: "true"},
		{name: "asserted", cells: []string{types, "var x any = T{3}", method, "_, ok := x.(fmt.Stringer)\nt, ok2 := x.(T)\nok, ok2, t.n"}, want: "true true 3"},
		{name: "a ring", cells: []string{"type N struct { Next *N; V any }\nn := &N{V: N{V: 1}}\nn.Next = n", "func (n N) String() string { return \"N\" }", "import \"fmt\"\nfmt.Println(n.Next.Next.V)"}, want: "N"},
	})
}

// Statements, functions and packages in cells.
func TestCellStatements(t *testing.T) {
	testCells(t, []cellCase{
		{name: "function literal called", cells: []string{"import \"fmt\"\nfunc() { f := func() (n int) { defer func() { n *= 2 }(); n = 4; return n + 1 }; fmt.Println(f()) }()"}, want: "10"},
		{name: "block", cells: []string{"import \"fmt\"\nx := 1\n{\n\tx := 2\n\tx++\n}\nfmt.Println(x)"}, want: "1"},
		{name: "expressions as statements", cells: []string{"x := 1\nx + 1\nx"}, want: "1"},
		{name: "if with else", cells: []string{"import \"fmt\"\nif x := 3; x > 5 { fmt.Println(\"big\") } else if x > 2 { fmt.Println(\"middle\") } else { fmt.Println(\"small\") }"}, want: "middle"},
		{name: "label", cells: []string{"n := 0\nouter:\nfor i := range 5 {\n\tfor j := range 5 {\n\t\tif j > i { continue outer }\n\t\tif i == 3 { break outer }\n\t\tn++\n\t}\n}\nn"}, want: "6"},
		{name: "goto in a function", cells: []string{"func f() int { i := 0\nL:\n\ti++\n\tif i < 3 { goto L }\n\treturn i }", "f()"}, want: "3"},
		{name: "goto over definitions", cells: []string{"n := 0\nagain:\nn++\nm := n * 2\nif m < 6 { goto again }\nn, m", "retry:\nk := len(fmtless(n))\nn *= 10\nif k < 4 { goto retry }\nfunc fmtless(n int) (s string) { for ; n > 0; n /= 10 { s += \"x\" }; return }\nk, n"}, want: "3 6 4 30000"},
		{name: "goto over var", cells: []string{"i := 0\nL: var z int\nz++\ni++\nj := i\nif i < 3 { goto L }\nz, j"}, want: "1 3"},
		{name: "gotos that cross", cells: []string{"a := 1\nL1:\nb := a\nL2:\nc := b\na++\nif a < 3 { goto L1 }\nb++\nif b < 6 { goto L2 }\na, b, c"}, want: "6 6 5"},
		{name: "goto forward over a definition", cells: []string{"goto end\ny := 1\nend:\ny++"}, fails: []string{"goto end jumps over variable declaration at line 2"}},
		{name: "goto nowhere", cells: []string{"x := 1\ngoto nowhere"}, fails: []string{"label nowhere not declared"}},
		{name: "mutual recursion", cells: []string{"func ev(n int) bool { if n == 0 { return true }; return od(n-1) }\nfunc od(n int) bool { if n == 0 { return false }; return ev(n-1) }", "ev(4), od(4)"}, want: "true false"},
		{name: "a ctx of one's own", cells: []string{"import (\"context\"; \"time\")\nfunc of(int) error { return ctx.Err() }\nctx, cancel := context.WithTimeout(ctx, time.Minute)", "_, limited := ctx.Deadline()\nlimited", "cancel()", "ctx.Err() != nil", "ctx := context.WithValue(context.Background(), 1, \"v\")", "ctx.Value(1)", "var ctx context.Context", "ctx == nil"}, want: "true true v true"},
		{name: "more than any machine has", cells: []string{"import (\"bytes\"; \"fmt\"; \"math\"; \"strings\")\nfor _, f := range []func(){func() { new(bytes.Buffer).Grow(math.MaxInt) }, func() { new(strings.Builder).Grow(1 << 60) }} {\n\tfunc() { defer func() { fmt.Println(recover()) }(); f() }()\n}"}, want: "bytes.Buffer: too large\nruntime error: makeslice: len out of range"},
		{name: "value of copy", cells: []string{"xs := make([]int, 2)\nn := copy(xs, []int{1,2,3})\nn, xs"}, want: "2 [1 2]"},
		{name: "values before variables", cells: []string{"a, b := 1, 2", "a, b := b, a+b\na, b := b, a+b", "a, b", "f := func() int { return a }\na, c := 7, f()\na, c"}, want: "3 5 7 3"},
		{name: "swap", cells: []string{"a, b := 1, 2", "a, b = b, a\na, b"}, want: "2 1"},
		{name: "defined again from itself", cells: []string{"x := 5", "x := x * 2", "x := fmtless(x)\nfunc fmtless(n int) string { return string(rune('a' + n)) }", "x"}, want: "k"},
		{name: "named as a package", cells: []string{"import \"net/url\"\nu := url.PathEscape(\"a b\")\nurl, err := url.Parse(\"http://x/y\")\nu, url.Host", "url.Path", "import \"net/url\"\nurl.PathEscape(\"a b\")", "import \"path\"\npath := path.Join(\"a\", \"b\")", "import \"path\"\npath := path.Join(\"a\", \"b\")\npath"}, want: "a%20b x /y a%20b a/b"},
		{name: "err several times", cells: []string{"import \"strconv\"\na, err := strconv.Atoi(\"1\")\nif err != nil { panic(err) }\nb, err := strconv.Atoi(\"2\")\nif err != nil { panic(err) }\na + b"}, want: "3"},
		{name: "range over a channel", cells: []string{"import \"fmt\"\nc := make(chan int)\ngo func() { defer close(c); for i := range 3 { c <- i } }()\nfor v := range c { fmt.Print(v) }"}, want: "012"},
		{name: "range over functions", cells: []string{"import (\"fmt\"; \"maps\"; \"strings\")\nfor k := range maps.Keys(map[string]int{\"a\": 1}) { fmt.Println(k) }\nfor k, v := range maps.All(map[string]int{\"a\": 1}) { fmt.Println(k, v) }\nfor l := range strings.Lines(\"a\\nb\\n\") { fmt.Print(l) }"}, want: "a\na 1\na\nb"},
		{name: "own iterator", cells: []string{"import \"iter\"\nfunc E(n int) iter.Seq[int] { return func(yield func(int) bool) { for i := range n { if !yield(i) { return } } } }", "t := 0\nfor i := range E(10) { if i == 5 { break }; t += i }\nt"}, want: "10"},
		{name: "dot import", cells: []string{"import . \"math\"\nSqrt(4), Pi > 3"}, want: "2 true"},
		{name: "dot import, then a program", cells: []string{"import . \"math\"\nSqrt(4)", "package main\nfunc main() { println(\"hi\") }", "package main\nimport . \"fmt\"\nfunc main() { Println(\"ho\") }"}, want: "2\nhi\nho"},
		{name: "names of a dot import declared", cells: []string{"import . \"math\"\nPi := 3", "func Sqrt(x float64) string { return \"mine\" }\nSqrt(4), Pi, Abs(-1)"}, want: "mine 3 1"},
		{name: "printing by other names", cells: []string{"import . \"fmt\"\nPrintln(\"x\")", "import f \"fmt\"\nf.Println(\"y\")"}, want: "x\ny"},
		{name: "import by another name", cells: []string{"import str \"strings\"", "str.ToUpper(\"a\")"}, want: "A"},
		{name: "imports survive a failed cell", cells: []string{"import \"strings\"\nvar f func() string", "f = func() string { return strings.ToUpper(\"x\") }\nf()"}, want: "X"},
		{name: "errors to look at", cells: []string{"import (\"errors\"; \"fmt\")\nerrors.Join(errors.New(\"a\"), errors.New(\"b\"))", "errors.New(\"c\")", "fmt.Errorf(\"d: %w\", errors.New(\"e\"))"}, want: "a\nb c d: e"},
		{name: "Goexit beside another goroutine", cells: []string{"import (\"runtime\"; \"time\")\ngo func() { time.Sleep(time.Second) }()\nruntime.Goexit()"}},
		{name: "joined errors", cells: []string{"import (\"errors\"; \"fmt\")\nfmt.Println(errors.Join(errors.New(\"a\"), errors.New(\"b\")))"}, want: "a\nb"},
		{name: "atomic", cells: []string{"import \"sync/atomic\"\nvar n atomic.Int64\nn.Add(2)\nn.Load()", "var p atomic.Pointer[int]\np.Store(new(7))\n*p.Load()"}, want: "2 7"},
		{name: "sync.OnceValue", cells: []string{"import \"sync\"\nf := sync.OnceValue(func() int { return 3 })\nf()"}, want: "3"},
		{name: "packages of today", cells: []string{"import (\"log/slog\"; \"math/rand/v2\"; \"golang.org/x/sync/errgroup\")", "_ = slog.Default()\nvar g errgroup.Group\ng.Go(func() error { return nil })\ng.Wait() == nil, rand.IntN(1)"}, want: "true 0"},
		{name: "function declared again", cells: []string{"func f() int { return 1 }\nfunc g() int { return f() * 10 }", "func f() int { return 2 }", "g()"}, want: "20"},
		{name: "function declared again with another signature", cells: []string{"func f() int { return 1 }\nfunc g() int { return f() * 10 }", "func f(n int) string { return \"new\" }", "g(), f(1)"}, want: "note: g (cell[1]) still uses the older f: with the new one, line 2: not enough arguments in call to f; change it and run its cell again\n10 new"},
		{name: "program", cells: []string{"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello from main\")\n}"}, want: "hello from main"},
		{name: "program with a variable named as an imported package", cells: []string{"import \"strings\"\nstrings.ToUpper(\"a\")", "package main\nimport \"fmt\"\nfunc main() {\n\tstrings := []string{\"x\"}\n\tfmt.Println(strings)\n}"}, want: "A [x]"},
		{name: "program twice", cells: []string{"package main\nimport \"fmt\"\nvar n int\nfunc main() { n++; fmt.Println(n) }", "package main\nimport \"fmt\"\nvar n int\nfunc main() { n++; fmt.Println(n) }"}, want: "1\n1"},
		{name: "init", cells: []string{"import \"fmt\"\nfunc init() { fmt.Println(\"init\") }"}, want: "init"},
		{name: "init with main", cells: []string{"package main\nimport \"fmt\"\nfunc init() { fmt.Println(\"init\") }\nfunc main() { fmt.Println(\"main\", v) }\nvar v = 5"}, want: "init\nmain 5"},
		{name: "os.Exit(0) ends a program well", cells: []string{"package main\nimport (\"fmt\"; \"os\")\nfunc main() { fmt.Println(\"a\"); os.Exit(0); fmt.Println(\"b\") }"}, want: "a"},
		{name: "runtime error is an error", cells: []string{"import \"fmt\"\nfunc f() (err error) { defer func() { if r := recover(); r != nil { err = r.(error) } }(); xs := []int{1}; i := 5; fmt.Println(xs[i]); return }", "fmt.Println(f())"}, want: "runtime error: index out of range [5] with length 1"},
		{name: "order of a return", cells: []string{"import (\"encoding/json\"; \"fmt\")\ntype T struct{ A int }\nfunc parse(s string) (T, error) { var v T; return v, json.Unmarshal([]byte(s), &v) }", "fmt.Println(parse(`{\"A\":5}`))"}, want: "{5} <nil>"},
	})
}

// What a cell defers runs when the cell has ended.
func TestCellDefers(t *testing.T) {
	dir := t.TempDir()
	file := fmt.Sprintf("%q", dir+"/x.txt")
	testCells(t, []cellCase{
		{name: "close of a file", cells: []string{"import (\"fmt\"; \"io\"; \"os\")\nos.WriteFile(" + file + ", []byte(\"a\\nb\\n\"), 0o644)", "f, err := os.Open(" + file + ")\nif err != nil { panic(err) }\ndefer f.Close()\nb, err := io.ReadAll(f)\nfmt.Println(len(b), err)", "_, err = f.Read(b)\nfmt.Println(err != nil)"}, want: "4 <nil>\ntrue"},
		{name: "scanner", cells: []string{"import (\"bufio\"; \"fmt\"; \"os\")\nos.WriteFile(" + fmt.Sprintf("%q", dir+"/y.txt") + ", []byte(\"a\\nb\\n\"), 0o644)\nf, _ := os.Open(" + fmt.Sprintf("%q", dir+"/y.txt") + ")\ndefer f.Close()\ns := bufio.NewScanner(f)\nfor s.Scan() { fmt.Println(s.Text()) }"}, want: "a\nb"},
		{name: "body of a response", cells: []string{"import (\"fmt\"; \"io\"; \"net/http\"; \"net/http/httptest\")\nsrv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, \"hello\") }))\ndefer srv.Close()\nresp, err := http.Get(srv.URL)\ndefer resp.Body.Close()\nb, err := io.ReadAll(resp.Body)\nfmt.Println(string(b), err)"}, want: "hello <nil>"},
		{name: "order", cells: []string{"import \"fmt\"\ndefer fmt.Println(\"first\")\ndefer fmt.Println(\"second\")\nfmt.Println(\"body\")"}, want: "body\nsecond\nfirst"},
		{name: "arguments at once", cells: []string{"import \"fmt\"\nx := 1\ndefer fmt.Println(\"deferred\", x)\nx = 2\nfmt.Println(x)"}, want: "2\ndeferred 1"},
		{name: "unlock", cells: []string{"import (\"fmt\"; \"sync\")\nvar mu sync.Mutex\nmu.Lock()\ndefer mu.Unlock()\nfmt.Println(mu.TryLock())", "fmt.Println(mu.TryLock())"}, want: "false\ntrue"},
		{name: "cancel", cells: []string{"import (\"context\"; \"fmt\"; \"time\")\nc, cancel := context.WithTimeout(context.Background(), time.Minute)\ndefer cancel()\nfmt.Println(c.Err())", "fmt.Println(c.Err())"}, want: "<nil>\ncontext canceled"},
		{name: "recover", cells: []string{"import \"fmt\"\ndefer func() { if r := recover(); r != nil { fmt.Println(\"recovered\", r) } }()\npanic(\"x\")"}, want: "recovered x"},
		{name: "recover itself deferred", cells: []string{"import \"fmt\"\nfunc f() { defer func() { fmt.Println(recover()) }(); defer recover(); panic(\"in f\") }\nf()\ngo recover()", "defer recover()\npanic(\"x\")"}, want: "in f", fails: []string{"panic: x"}},
		{name: "runs though the cell fails", cells: []string{"import \"fmt\"\nn := 0", "defer func() { n = 1 }()\npanic(\"x\")"}, fails: []string{"panic: x"}},
		{name: "in a loop and a block", cells: []string{"import \"fmt\"\nfor i := range 3 { defer fmt.Print(i) }\n{ defer fmt.Print(\"b\") }\nfmt.Print(\"end \")"}, want: "end b210"},
	})
}

// What Go refuses is refused, and nothing of the cell runs.
func TestCellsRefused(t *testing.T) {
	for name, code := range map[string]string{
		"int as string":            "var s string = 5",
		"int plus string":          `3 + "a"`,
		"string plus int":          `"a" + 1`,
		"return of another type":   "func f() string { return 5 }",
		"argument of another type": "import \"strings\"\nstrings.ToUpper(65)",
		"missing return":           "func g(n int) int { if n > 0 { return 1 } }",
		"too few values":           "func h() (int, error) { return 1 }",
		"too many arguments":       "func h(int) {}\nh(1, 2)",
		"missing method":           "import \"fmt\"\ntype T int\nvar s fmt.Stringer = T(1)",
		"method of the pointer":    "import \"fmt\"\ntype T int\nfunc (t *T) String() string { return \"\" }\nvar s fmt.Stringer = T(1)",
		"assignment to a constant": "const c = 1\nc = 2",
		"overflow":                 "var b byte = 300",
		"division by zero":         "1 / 0",
		"duplicate case":           "switch 1 { case 1: case 1: }",
		"duplicate key":            "map[string]int{\"a\": 1, \"a\": 2}",
		"unknown field":            "type T struct{ a int }\nT{b: 1}",
		"constraint not met":       "func F[T ~int](t T) {}\nF(\"x\")",
		"comparison of slices":     "[]int{} == []int{}",
		"nil without type":         "x := nil",
		"break outside a loop":     "break",
		"label not used":           "func f() { L: for {} }",
		"goto over a variable":     "func f() { goto L\nx := 1\n_ = x\nL:\n}",
		"invalid receiver":         "func (x int) M() {}",
		"import cycle of types":    "type T struct{ t T }",
		"unexported name":          "import \"strings\"\nstrings.explode(\"a\", 1)",
		"mixed receiver":           "import \"time\"\nfunc (d time.Duration) Days() int { return 0 }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.run("import \"fmt\"")
			e := s.try("fmt.Println(\"ran\")\n" + code)
			if f := e.Failure(); f == nil || f.ErrorName != "compile error" {
				t.Errorf("got %+v", f)
			}
			if strings.Contains(e.Stdout(), "ran") {
				t.Error("a part of the cell ran")
			}
			s.want("1 + 1", "2")
		})
	}
}

// What is refused is told as it is written, without what the evaluator makes of it.
func TestCellsRefusedInPlainWords(t *testing.T) {
	testCells(t, []cellCase{
		{name: "constant that no int holds", cells: []string{"1 << 70"}, fails: []string{"cannot use 1 << 70 (untyped int constant 1180591620717411303424) as int value (overflows)"}},
		{name: "generic function as a value", cells: []string{"func gen[T any](x T) T { return x }\ngen"}, fails: []string{"compile error: cannot use a generic function without instantiation"}},
		{name: "method twice", cells: []string{"type Account struct{}", "func (Account) Foo() {}\nfunc (Account) Foo() int { return 1 }"}, fails: []string{"method Account.Foo already declared at cell[2]:1:16"}},
		{name: "function literal that calls itself", cells: []string{"fact := func(n int) int { if n < 2 { return 1 }; return n * fact(n-1) }"}, fails: []string{"undefined: fact"}},
		{name: "value that uses itself", cells: []string{"a, b := 1, a"}, fails: []string{"undefined: a"}},
		{name: "import of nothing", cells: []string{"import \"\""}, fails: []string{"the path of an import is empty"}},
		{name: "main as a variable", cells: []string{"main := 3"}, fails: []string{"cannot declare main - must be func: choose another name"}},
		{name: "Go's own name in what hides it", cells: []string{"x := []int{1, 2}", "len := len(x)"}, fails: []string{"", "a cell that declares len cannot use Go's own: choose another name"}},
		{name: "a name of Go's that is a variable", cells: []string{"max := 3", "max := max + 1", "max"}, want: "4"},
	})
}

// What only the compiler refuses is refused in its words.
func TestCellsRefusedAsByTheCompiler(t *testing.T) {
	testCells(t, []cellCase{
		{name: "function without body", cells: []string{"package main\nfunc f(n int) int\nfunc main() {}"}, fails: []string{"missing function body"}},
		{name: "method without body", cells: []string{"type T int\nfunc (T) M()"}, fails: []string{"missing function body"}},
		{name: "call of a function without body", cells: []string{"func f(n int) int", "f(1)"}, fails: []string{"f is declared without a body"}},
		{name: "signatures alone", cells: []string{"// in package p\nfunc f(n int) int\nfunc g() error", "func f(n int) int { return n }\nf(3)"}, want: "3"},
		{name: "interface of itself", cells: []string{"type I interface{ M() interface{ I } }"}, fails: []string{"invalid recursive type: anonymous interface refers to itself"}},
		{name: "elements of channels", cells: []string{"c := make(chan [1 << 16]byte)"}, fails: []string{"channel element type too large (>64kB)"}},
		{name: "array", cells: []string{"var x *[1 << 50]byte"}, fails: []string{"type [1125899906842624]byte larger than address space"}},
		{name: "struct", cells: []string{"type T struct{ a, b [1 << 49]byte }"}, fails: []string{"type T too large"}},
		{name: "stack", cells: []string{"func f(x [1 << 30]byte) {}"}, fails: []string{"stack frame too large (>1GB): 0 MB locals + 1024 MB args + 0 MB callee"}},
		{name: "stack for a slice", cells: []string{"func f() int { return len([][]int{1e9: {}}) }"}, fails: []string{"stack frame too large (>1GB)"}},
		{name: "large types that are only pointed to", cells: []string{"type T struct { a [1 << 43]*int; b [1 << 43]string }\ntype L struct { next *L; a [1 << 43]byte }\nvar p *T\nvar l *L\np == nil, l == nil"}, want: "true true"},
		{name: "memory for a variable", cells: []string{"type T struct{ a [1 << 43]int }", "p := new(T)"}, fails: []string{"out of memory: new of 70.4 TB"}},
		{name: "directive before a statement", cells: []string{"//go:noinline\nx := 1"}, fails: []string{":1:3", "misplaced compiler directive"}},
		{name: "directive before a function", cells: []string{"//go:noinline\nfunc f() int { return 3 }\nf()"}, want: "3"},
		{name: "directive of a tool", cells: []string{"//go:generate stringer\nx := 1\nx"}, want: "1"},
		{name: "directive of the runtime", cells: []string{"//go:nowritebarrier\nfunc f() {}"}, fails: []string{"//go:nowritebarrier only allowed in runtime"}},
		{name: "embedded file", cells: []string{"import _ \"embed\"\n//go:embed x.txt\nvar x string"}, fails: []string{"go:embed does not work in a cell", "os.ReadFile"}},
		{name: "name for the linker", cells: []string{"import _ \"unsafe\"\n//go:linkname f runtime.f"}, fails: []string{"//go:linkname must refer to declared function or variable"}},
		{name: "package clause", cells: []string{"package %"}, fails: []string{"syntax error"}},
	})
}

// What tells where it was called from tells the place in the cell.
func TestCellPlaces(t *testing.T) {
	testCells(t, []cellCase{
		{name: "log", cells: []string{"import (\"log\"; \"os\")\nlog.SetOutput(os.Stdout)\nlog.SetFlags(log.Lshortfile)\nfunc f(n int) {\n\tlog.Printf(\"n=%d\", n)\n}", "f(3)\nlog.Println(\"top\")"}, want: "cell[1]:5: n=3\ncell[2]:2: top"},
		{name: "logger", cells: []string{"import (\"log\"; \"os\")\nl := log.New(os.Stdout, \"pre \", log.Lshortfile|log.Lmsgprefix)\nfunc f() { l.Output(2, \"of the caller\") }", "l.Print(\"x\")\nf()"}, want: "cell[2]:1: pre x\ncell[2]:2: pre of the caller"},
		{name: "slog, wrapped as its documentation says", cells: []string{"import (\"log/slog\"; \"os\"; \"runtime\"; \"context\"; \"time\")\nh := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{AddSource: true, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr { if a.Key == \"time\" { return slog.Attr{} }; return a }}))\nfunc info(msg string) {\n\tvar pcs [1]uintptr\n\truntime.Callers(2, pcs[:])\n\th.Handler().Handle(context.Background(), slog.NewRecord(time.Now(), slog.LevelInfo, msg, pcs[0]))\n}", "\ninfo(\"hi\")"}, want: "level=INFO source=cell[2]:2 msg=hi"},
		{name: "slog", cells: []string{"import (\"log/slog\"; \"os\")\nh := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{AddSource: true, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr { if a.Key == \"time\" { return slog.Attr{} }; return a }}))\nh.Info(\"hi\", \"a\", 1)"}, want: "level=INFO source=cell[1]:3 msg=hi a=1"},
		{name: "callers", cells: []string{"import (\"fmt\"; \"runtime\")\ntype T struct{}\nfunc (t *T) M() {\n\tpcs := make([]uintptr, 9)\n\tframes := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])\n\tfor more := true; more; {\n\t\tvar f runtime.Frame\n\t\tf, more = frames.Next()\n\t\tif f.Function == \"runtime.main\" { break }\n\t\tfmt.Println(f.Function, f.Line, f.Func.Name())\n\t}\n}\nfunc G[X any](x X) {\n\tfunc() { new(T).M() }()\n}", "G(3)"}, want: "main.(*T).M 5 main.(*T).M\nmain.G[...].func1 14 main.G[...].func1\nmain.G[...] 14 main.G[...]\nmain.main 1 main.main"},
		{name: "caller", cells: []string{"import \"runtime\"\nfunc here() (string, int) { _, file, line, _ := runtime.Caller(1); return file, line }", "\n\nhere()", "//line other.go:40\nhere()"}, want: "cell[2] 3\nother.go 40"},
		{name: "names of functions", cells: []string{"import (\"fmt\"; \"reflect\"; \"runtime\")\ntype T struct{}\nfunc (T) V() {}\nfunc (*T) P() {}\nfunc F() {}\nfunc name(f any) string { return runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name() }", "func (T) Late() {}\nfmt.Println(name(F), name(T.V), name((*T).P), name(T{}.V), name(func() {}), name(fmt.Println), name(runtime.GC))"}, want: "main.F main.T.V main.(*T).P main.T.V-fm main.main.func1 fmt.Println runtime.GC"},
		{name: "stack", cells: []string{"import (\"fmt\"; \"runtime/debug\"; \"strings\")\nfunc f() {\n\tdefer func() {\n\t\trecover()\n\t\tfor _, l := range strings.Split(string(debug.Stack()), \"\\n\") { if strings.Contains(l, \"main.\") { fmt.Println(l) } }\n\t}()\n\tvar p *int\n\t*p = 1\n}", "f()"}, want: "main.f.func1() main.f() main.main()"},
		{name: "stack of an error", cells: []string{"//line a.go:7\nvar p *int\n*p"}, fails: []string{"cell[1]:3:1", "*p"}},
	})
}
