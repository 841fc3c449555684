package main_test

import (
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// Failures say what is wrong, where, and what helps; the kernel and its variables stay.
func TestCellsFail(t *testing.T) {
	testCells(t, []cellCase{
		{name: "index", cells: []string{"import \"fmt\"\ny := 1\nz := []int{1}\nfmt.Println(z[y+5])"}, fails: []string{"index out of range [6] with length 1", ":4:", "fmt.Println(z[y+5])"}},
		{name: "nil map", cells: []string{"var m map[string]int\nm[\"a\"] = 1"}, fails: []string{"assignment to entry in nil map", ":2:"}},
		{name: "nil pointer", cells: []string{"type T struct{ n int }\nvar p *T\np.n"}, fails: []string{"invalid memory address or nil pointer dereference", ":3:"}},
		{name: "division", cells: []string{"a := 0\n1 / a"}, fails: []string{"integer divide by zero"}},
		{name: "assertion", cells: []string{"var v any = \"s\"\nv.(int)"}, fails: []string{"interface conversion: interface {} is string, not int"}},
		{name: "error as panic", cells: []string{"import \"io\"\npanic(io.EOF)"}, fails: []string{"panic", "EOF"}},
		{name: "stack over cells", cells: []string{"func inner(n int) int {\n\tvar xs []int\n\treturn xs[n]\n}", "func outer() int { return inner(3) }", "outer()"}, fails: []string{"index out of range", "cell[1]:3", "cell[2]:1", "cell[3]:1"}},
		{name: "forgotten import", cells: []string{"bytes.NewBufferString(\"x\")"}, fails: []string{"undefined: bytes", "import \"bytes\""}},
		{name: "misspelt name", cells: []string{"import \"fmt\"\nfmt.Printn(\"x\")"}, fails: []string{"undefined: fmt.Printn", "Println"}},
		{name: "misspelt variable", cells: []string{"counter := 1", "conter + 1"}, fails: []string{"undefined: conter", "counter"}},
		{name: "package that does not exist", cells: []string{"import \"fmtt\""}, fails: []string{"fmtt"}},
		{name: "package that is not built in", cells: []string{"import \"github.com/x/y\""}, fails: []string{"build -with github.com/x/y"}},
		{name: "all errors", cells: []string{"var a int = \"x\"\nvar b string = 1\nnowhere()"}, fails: []string{":1:", ":2:", ":3:", "nowhere"}},
		{name: "cell that ends in an error", cells: []string{"import \"os\"\n_, err := os.Open(\"/nowhere\")\nerr"}, fails: []string{"no such file"}},
	})
}

// What would end a Go program, or its machine, ends the cell.
func TestCellsSurvive(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"make of a terabyte":          {"b := make([]byte, 1<<40)\nlen(b)", "memory"},
		"make of 32 gigabytes":        {"b := make([]byte, 1<<35)\nlen(b)", "memory"},
		"make of many strings":        {"b := make([]string, 1<<33)\nlen(b)", "memory"},
		"map with a huge hint":        {"m := make(map[int]int, 1<<40)\nlen(m)", ""},
		"append without end":          {"var xs []int\nfor { xs = append(xs, xs...); if len(xs) == 0 { xs = []int{1} } }", "memory"},
		"string without end":          {"s := \"x\"\nfor { s += s }", "memory"},
		"slow growth":                 {"var xs [][]byte\nfor { xs = append(xs, make([]byte, 1<<16)) }", "memory"},
		"map without end":             {"m := map[int]string{}\nfor i := 0; ; i++ { m[i] = string(make([]byte, 1000)) }", "memory"},
		"goroutines without end":      {"for { go func() { select {} }() }", "memory"},
		"string of compiled code":     {"import \"strings\"\nlen(strings.Repeat(\"x\", 1<<36))", "memory"},
		"bytes of compiled code":      {"import \"bytes\"\nlen(bytes.Repeat([]byte(\"xy\"), 1<<35))", "memory"},
		"large number":                {"import \"math/big\"\nlen(new(big.Int).Lsh(big.NewInt(1), 1<<40).Bits())", "memory"},
		"slice by reflection":         {"import \"reflect\"\nreflect.MakeSlice(reflect.TypeFor[[]int](), 1<<36, 1<<36).Len()", "memory"},
		"builder":                     {"import \"strings\"\nvar b strings.Builder\nb.Grow(1 << 40)", "memory"},
		"matrix":                      {"import \"gonum.org/v1/gonum/mat\"\nmat.NewDense(1<<18, 1<<18, nil)", "memory"},
		"negative make":               {"n := -1\nmake([]int, n)", "makeslice: len out of range"},
		"recursion":                   {"func rec(n int) int { return rec(n+1) + 1 }\nrec(0)", "stack overflow"},
		"mutual recursion":            {"func a(n int) int { return b(n) + 1 }\nfunc b(n int) int { return a(n) + 1 }\na(0)", "stack overflow"},
		"recursion through a method":  {"import \"fmt\"\ntype T struct{}\nfunc (t T) String() string { return fmt.Sprint(t) }\nfmt.Println(T{})", ""},
		"writes of a map by many":     {"import \"sync\"\nmm := map[int]int{}\nvar wg sync.WaitGroup\nfor w := 0; w < 4; w++ { wg.Add(1); go func() { defer wg.Done(); for i := 0; i < 200000; i++ { mm[i%100]++ } }() }\nwg.Wait()", "concurrent map"},
		"exit":                        {"import \"os\"\nos.Exit(3)", "3"},
		"log.Fatal":                   {"import \"log\"\nlog.Fatal(\"gone\")", "1"},
		"panic in a goroutine":        {"done := make(chan int)\ngo func() { defer close(done); panic(\"oops\") }()\n<-done", ""},
		"deadlock of a channel":       {"ch := make(chan int)\n<-ch", "blocked"},
		"deadlock of a group":         {"import \"sync\"\nvar wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()", "blocked"},
		"deadlock of a mutex":         {"import \"sync\"\nvar mu sync.Mutex\nmu.Lock()\nmu.Lock()", "blocked"},
		"deadlock of workers":         {"import \"sync\"\njobs := make(chan int)\nvar wg sync.WaitGroup\nfor range 3 { wg.Add(1); go func() { defer wg.Done(); for range jobs {} }() }\njobs <- 1\nwg.Wait()", "blocked"},
		"deadlock of a nil channel":   {"var ch chan int\nch <- 1", "blocked"},
		"recursion in a goroutine":    {"func rec(n int) int { return rec(n+1) + 1 }\ndone := make(chan int)\ngo func() { defer close(done); rec(0) }()\n<-done", "stack overflow"},
		"recursion with defer":        {"func rec(n int) int { defer func() {}(); return rec(n+1) + 1 }\nrec(0)", "stack overflow"},
		"Goexit":                      {"import \"runtime\"\nruntime.Goexit()", "no goroutine of it is left"},
		"printed cycles":              {"import \"fmt\"\ntype N struct{ name string; more []any }\nn := &N{\"n\", []any{1, nil}}\nn.more[1] = n.more[:1]\nfmt.Println(n, n.more)\nn.more[1] = n.more\nfmt.Sprint(n)", "holds itself"},
		"cyclic map":                  {"m := map[string]any{}\nm[\"self\"] = m\nm", ""},
		"cyclic slice":                {"s := make([]any, 1)\ns[0] = s\ns", ""},
		"cyclic pointer":              {"type P *P\nvar p P\np = &p\np", ""},
		"cyclic struct":               {"type N struct{ next *N; any any }\nn := &N{}\nn.next, n.any = n, n\nn", ""},
		"value that panics":           {"type T struct{}\nfunc (T) String() string { panic(\"no\") }\nT{}", ""},
		"large value":                 {"make([]int, 10_000_000)", ""},
		"large string":                {"import \"strings\"\nstrings.Repeat(\"x\", 1<<28)", ""},
		"tests":                       {"import \"testing\"\nfunc TestAdd(t *testing.T) { if 1+1 != 3 { t.Errorf(\"got %d\", 2) } }\ntesting.Main(nil, []testing.InternalTest{{\"TestAdd\", TestAdd}}, nil, nil)", ""},
		"closed output":               {"import \"os\"\nos.Stdout.Close()", ""},
		"unlock of an unlocked mutex": {"import \"sync\"\nvar mu sync.Mutex\nmu.Unlock()", ""},
		"nil function":                {"var f func()\nf()", "nil pointer dereference"},
		"wild pointer":                {"import \"unsafe\"\np := (*int)(unsafe.Pointer(uintptr(8)))\n*p", "nil pointer dereference"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := "GOMEMLIMIT=1GiB" // to have it soon, and not to take the machine's memory
			if name == "goroutines without end" {
				limit = "GOMEMLIMIT=400MiB" // goroutines are made slowly
			}
			s := start(t, limit)
			s.Input = nil
			s.run("keep := \"kept\"")
			p := s.send(c.code)
			done := make(chan *frontend.Executed, 1)
			go func() { e, _ := p.Collect(s.ctx); done <- e }()
			var e *frontend.Executed
			select {
			case e = <-done:
			case <-time.After(2 * time.Minute):
				if c.want != "" {
					t.Errorf("runs on; want an error with %q", c.want)
				}
				if err := s.Interrupt(s.ctx); err != nil {
					t.Fatal(err)
				}
				e = <-done
			}
			f := e.Failure()
			switch {
			case c.want == "":
			case f == nil:
				t.Errorf("did not fail: %q", shownBy(e))
			case !strings.Contains(f.ErrorName+": "+f.ErrorValue, c.want):
				t.Errorf("error lacks %q: %s: %s", c.want, f.ErrorName, f.ErrorValue)
			}
			s.want("keep", "kept")
		})
	}
}

// A cell that waits for ever on purpose waits, until it is stopped.
func TestEmptySelectWaits(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.send("select {}\n2")
	done := make(chan *frontend.Executed, 1)
	go func() { e, _ := p.Collect(s.ctx); done <- e }()
	select {
	case e := <-done:
		t.Fatalf("ended: %+v", e)
	case <-time.After(8 * time.Second):
	}
	if err := s.Interrupt(s.ctx); err != nil {
		t.Fatal(err)
	}
	if f := (<-done).Failure(); f == nil || f.ErrorName != "interrupted" {
		t.Errorf("got %+v", f)
	}
	s.want("1", "1")
}

// Go goes on in the next line after an operator.
func TestUnfinishedLines(t *testing.T) {
	s := start(t)
	for code, want := range map[string]string{
		"1 +": "incomplete", "x :=": "incomplete", "f(": "incomplete", "func f() {": "incomplete", "if true {\n1": "incomplete", "`raw": "incomplete",
		"a.": "incomplete", "a,": "incomplete", "x = ": "incomplete", "type T struct {": "incomplete", "// comment": "complete", "": "complete",
		"1 + 2": "complete", "x := 1": "complete", "func f() {}": "complete", "for {}": "complete", "1 2": "invalid", "}": "invalid", "\"open": "invalid",
	} {
		if got := s.request(frontend.Shell, "is_complete_request", map[string]any{"code": code})["status"]; got != want {
			t.Errorf("%q is %v, want %s", code, got, want)
		}
	}
}
