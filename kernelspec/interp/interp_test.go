//go:debug gotypesalias=0
package interp

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

func TestInterrupt(t *testing.T) {
	for _, test := range []struct{ name, code string }{
		{"loop", "for { x++ }"},
		{"sleep", "time.Sleep(time.Hour)"},
		{"blocked channel", "<-make(chan int)"},
		{"context", "<-ctx.Done()"},
		{"recover swallows", "func g() { defer func() { recover() }(); for { x++ } }\nfor { g() }"},
		{"mutex", "var mu sync.Mutex\nmu.Lock()\nmu.Lock()"},
		{"recursion", "func h(n int) int { return h(n+1) + h(n) }\nh(0)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCells(t)
			c.run("import (\"time\"; \"sync\")\nvar _ sync.Mutex\nx, keep := 0, \"kept\"\nfunc twice(n int) int { return 2 * n }")
			var took time.Duration
			time.AfterFunc(30*time.Millisecond, func() {
				start := time.Now()
				c.in.Interrupt()
				for c.in.running.Load() != nil {
					time.Sleep(100 * time.Microsecond)
				}
				took = time.Since(start)
			})
			e := c.fails(test.code)
			if e.Name != "interrupted" && test.name != "recursion" {
				t.Errorf("got %v", e)
			}
			if got := c.run("keep"); got != "kept" {
				t.Errorf("keep is %s", got)
			}
			if got := c.run("twice(21)"); got != "42" {
				t.Errorf("twice(21) is %s", got)
			}
			time.Sleep(10 * time.Millisecond)
			t.Logf("stopped after %v", took)
		})
	}
}
