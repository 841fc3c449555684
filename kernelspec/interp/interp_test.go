//go:debug gotypesalias=0
package interp

import (
	"fmt"
	"strings"
	"testing"

	"axn/kernelspec/godoc"

	_ "github.com/cosmos72/gomacro/imports"
)

// cells runs pieces of code one after the other in a fresh interpreter.
type cells struct {
	t  *testing.T
	in *Interp
	n  int
}

func newCells(t *testing.T) *cells {
	docs, err := godoc.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &cells{t: t, in: New(docs, nil)}
}

func (c *cells) try(code string) Result {
	c.n++
	return c.in.Run(&Cell{Name: fmt.Sprintf("cell[%d]", c.n), Code: code})
}

// run runs a cell that must succeed and returns its values as text.
func (c *cells) run(code string) string {
	c.t.Helper()
	r := c.try(code)
	if r.Err != nil {
		c.t.Fatalf("%s\nfailed: %s", code, strings.Join(r.Err.Traceback, "\n"))
	}
	s := fmt.Sprintln(r.Values...)
	return s[:len(s)-1]
}

// fails runs a cell that must fail.
func (c *cells) fails(code string) *Error {
	c.t.Helper()
	r := c.try(code)
	if r.Err == nil {
		c.t.Fatalf("%s\ndid not fail: %v", code, r.Values)
	}
	return r.Err
}

func TestLanguage(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"expression", `1 + 2`, "3"},
		{"import and call", "import \"strings\"\nstrings.ToUpper(\"axn\")", "AXN"},
		{"range over integer", "n := 0\nfor i := range 10 { n += i }\nn", "45"},
		{"range over nothing", "n := 0\nfor range 3 { n++ }\nn", "3"},
		{"range over variable", "m := 4\nn := 0\nfor i := range m { n += i }\nn", "6"},
		{"range over slice", "n := 0\nfor _, v := range []int{1, 2} { n += v }\nn", "3"},
		{"range over map", "n := 0\nm := map[string]int{\"a\": 1, \"b\": 2}\nfor _, v := range m { n += v }\nn", "3"},
		{"loop variable of range", "var fs []func() int\nfor i := range 3 { fs = append(fs, func() int { return i }) }\nfs[0]() + 10*fs[1]() + 100*fs[2]()", "210"},
		{"loop variable of three clauses", "var fs []func() int\nfor i := 0; i < 3; i++ { fs = append(fs, func() int { return i }) }\nfs[0]() + 10*fs[1]() + 100*fs[2]()", "210"},
		{"goroutine", "ch := make(chan int)\ngo func() { ch <- 7 }()\n<-ch", "7"},
		{"map entry", "m := map[string]int{\"a\": 1}\nm[\"a\"]", "1"},
		{"min", "min(3, 1, 2)", "1"},
		{"max of mixed constants", "max(1, 2.5)", "2.5"},
		{"min of variables", "a, b := \"x\", \"y\"\nmin(a, b)", "x"},
		{"clear", "m := map[string]int{\"a\": 1}\nclear(m)\nlen(m)", "0"},
		{"slices.Sort", "import \"slices\"\nxs := []int{3, 1, 2}\nslices.Sort(xs)\nxs", "[1 2 3]"},
		{"slices.SortFunc of own type", "import \"slices\"\ntype P struct{ N int }\nps := []P{{3}, {1}}\nslices.SortFunc(ps, func(a, b P) int { return a.N - b.N })\nps", "[{1} {3}]"},
		{"slices.Sorted of keys", "import (\"slices\"; \"maps\")\nslices.Sorted(maps.Keys(map[string]int{\"b\": 1, \"a\": 2}))", "[a b]"},
		{"slices.Contains", "import \"slices\"\nslices.Contains([]string{\"a\"}, \"a\")", "true"},
		{"slices.Index and Max", "import \"slices\"\nxs := []float64{1, 5, 2}\nslices.Index(xs, slices.Max(xs))", "1"},
		{"slices.Insert and Delete", "import \"slices\"\nslices.Delete(slices.Insert([]int{1, 4}, 1, 2, 3), 0, 1)", "[2 3 4]"},
		{"slices.BinarySearch", "import \"slices\"\nslices.BinarySearch([]int{1, 3, 5}, 3)", "1 true"},
		{"slices.Reverse and Compact", "import \"slices\"\nxs := slices.Compact([]int{1, 1, 2})\nslices.Reverse(xs)\nxs", "[2 1]"},
		{"cmp.Compare", "import \"cmp\"\ncmp.Compare(1, 2)", "-1"},
		{"shadowed max", "max := 3\nmax", "3"},
		{"context", "ctx.Err() == nil", "true"},
		{"several values", "func f() (int, string) { return 1, \"a\" }\nf()", "1 a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := newCells(t).run(test.code); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// A failed cell says where, and takes back what it did not reach.
func TestErrors(t *testing.T) {
	c := newCells(t)
	e := c.fails("x := 1\n\ny := undefinedName + x")
	if e.Name != "compile error" || len(e.Frames) != 1 || e.Frames[0].Line != 3 {
		t.Errorf("got %+v", e)
	}
	if e := c.fails("x"); !strings.Contains(e.Value, "x") {
		t.Errorf("x is declared by a cell that did not compile: %v", e)
	}
	c.run("x := \"text\"")
	e = c.fails("func f() []int { var p *int; return []int{*p} }\nn := 5\nx := f()\nz := 6")
	if e.Name != "panic" || e.Frames[0].Line != 1 || e.Frames[1].Line != 3 {
		t.Errorf("got %+v", e)
	}
	if got := c.run("x"); got != "text" {
		t.Errorf("x is %s after a failed cell", got)
	}
	if got := c.run("n"); got != "5" {
		t.Errorf("n is %s", got)
	}
	c.fails("z")
}

// A cell that ends in an error fails; one that leaves an error unseen is told.
func TestFailures(t *testing.T) {
	c := newCells(t)
	c.run("import (\"errors\"; \"strconv\"; \"os\")")
	if e := c.fails("errors.New(\"no\")"); e.Name != "error" || e.Value != "no" {
		t.Errorf("got %+v", e)
	}
	if e := c.fails("strconv.Atoi(\"x\")"); !strings.Contains(e.Value, "invalid syntax") {
		t.Errorf("got %+v", e)
	}
	if got := c.run("strconv.Atoi(\"7\")"); got != "7 <nil>" {
		t.Errorf("got %s", got)
	}
	c.run("type frame struct{ Err error }")
	c.fails("frame{errors.New(\"column\")}")
	c.run("frame{}")
	if e := c.fails("os.Exit(3)"); e.Name != "exit" {
		t.Errorf("got %+v", e)
	}
	e := c.fails("type T struct{ X int }\nvar p *T\np.X")
	if e.Name != "panic" || !strings.Contains(e.Value, "nil pointer dereference") || len(e.Frames) == 0 || e.Frames[0].Line != 3 {
		t.Errorf("got %+v", e)
	}
	e = c.fails("import \"strings\"\nfunc rep(n int) string {\n\treturn strings.Repeat(\"x\", n)\n}\nrep(-1)")
	text := strings.Join(e.Traceback, "\n")
	if !strings.Contains(text, "strings.Repeat (strings.go:") || len(e.Frames) != 2 || e.Frames[0].Line != 3 || e.Frames[1].Line != 5 {
		t.Errorf("got %v\n%s", e.Frames, text)
	}
}

func TestMagics(t *testing.T) {
	c := newCells(t)
	c.run("%%time\nx := 1")
	c.run("%time y := 2\ny")
	c.run("if true {\n\t!true\n}\n%who\n%help")
	c.run("ok := true")
	if got := c.run("!ok"); got != "false" {
		t.Errorf("!ok is %s", got)
	}
	if e := c.fails("%nothing 3"); !strings.Contains(e.Value, "%nothing 3 is no magic") {
		t.Errorf("got %+v", e)
	}
	if e := c.fails("%time z := undefinedName"); len(e.Frames) != 1 || e.Frames[0].Column < 7 {
		t.Errorf("got %+v", e)
	}
	if got := c.run("s := `\n%who\n!ls\n`\nlen(s)"); got != "10" {
		t.Errorf("a raw string has length %s", got)
	}
}
