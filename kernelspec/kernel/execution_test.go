package main_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// A failed cell takes those that wait with it, unless it is told not to.
func TestStopOnError(t *testing.T) {
	for _, goOn := range []bool{false, true} {
		s := start(t)
		s.run("import \"time\"\nn := 0")
		var cells []*frontend.Pending
		for _, code := range []string{"time.Sleep(20 * time.Millisecond)\npanic(\"first\")", "n++", "n++"} {
			p, err := s.SendCode(code, frontend.ExecuteOptions{GoOn: goOn})
			if err != nil {
				t.Fatal(err)
			}
			cells = append(cells, p)
		}
		var got []string
		for _, p := range cells {
			e := s.collect(p)
			got = append(got, fmt.Sprint(e.Status, " ", e.Reply["ename"]))
		}
		want := "[error panic error aborted error aborted]"
		n := "0"
		if goOn {
			want, n = "[error panic ok <nil> ok <nil>]", "2"
		}
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
		s.want("n", n)
	}
}

func TestSilentAndHistory(t *testing.T) {
	s := start(t)
	if n := s.run("1").Count; n != 1 {
		t.Errorf("first cell is %d", n)
	}
	p, err := s.SendCode("y := 5\ny", frontend.ExecuteOptions{Silent: true})
	if err != nil {
		t.Fatal(err)
	}
	if e := s.collect(p); len(e.Outputs) != 0 || e.Status != "ok" {
		t.Errorf("silent cell shows %+v", e.Outputs)
	}
	p, err = s.SendCode("y", frontend.ExecuteOptions{NoHistory: true})
	if err != nil {
		t.Fatal(err)
	}
	if e := s.collect(p); e.Count != 1 || e.Result() != "5" {
		t.Errorf("cell without history: %+v", e)
	}
	if n := s.run("y").Count; n != 2 {
		t.Errorf("next cell is %d", n)
	}
}

func TestUserExpressions(t *testing.T) {
	s := start(t)
	p, err := s.SendCode("x := 20", frontend.ExecuteOptions{Expressions: map[string]string{"good": "x + 1", "bad": "nothing", "worse": "panic(1)"}})
	if err != nil {
		t.Fatal(err)
	}
	values, _ := s.collect(p).Reply["user_expressions"].(map[string]any)
	for name, want := range map[string]string{"good": "map[text/plain:21]", "bad": "compile error", "worse": "panic"} {
		v, _ := values[name].(map[string]any)
		if got := fmt.Sprint(v["data"], v["ename"]); !strings.Contains(got, want) {
			t.Errorf("%s is %v", name, v)
		}
	}
}

func TestInput(t *testing.T) {
	s := start(t)
	var asked atomic.Int32
	s.Input = func(string) string { return fmt.Sprintf("answer %d", asked.Add(1)) }
	s.run("import (\"fmt\"; \"bufio\"; \"os\"; \"io\")")
	for i, code := range []string{
		"var word string\nvar n int\nfmt.Print(\"? \")\nfmt.Scan(&word, &n)\nfmt.Print(word, n)",
		"r := bufio.NewReader(os.Stdin)\nline, _ := r.ReadString('\\n')\nfmt.Print(\"? \", line)",
		"sc := bufio.NewScanner(os.Stdin)\nsc.Scan()\nfmt.Print(\"? \", sc.Text())",
		"b := make([]byte, 100)\nk, _ := os.Stdin.Read(b)\nfmt.Print(\"? \", string(b[:k]))",
		"go func() { var a, b string; fmt.Scan(&a, &b); word = a + b }()\nfor word != \"answer5\" { time.Sleep(time.Millisecond) }\nfmt.Print(\"? answer5\")",
	} {
		if i == 4 {
			s.run("import \"time\"")
		}
		got := strings.ReplaceAll(strings.TrimSpace(s.run(code).Stdout()), " ", "")
		if want := fmt.Sprintf("?answer%d", i+1); got != want {
			t.Errorf("%s\nprinted %q, want %q", code, got, want)
		}
	}
	s.Input = nil
	if f := s.fails("fmt.Scan(&word)"); !strings.Contains(f.ErrorValue, "no input") {
		t.Errorf("got %+v", f)
	}
	s.Input = func(string) string { time.Sleep(time.Hour); return "" }
	p := s.send("fmt.Scan(&word)")
	before := time.Now()
	if f := s.stop(p).Failure(); f == nil || f.ErrorName != "interrupted" || time.Since(before) > soon {
		t.Errorf("interrupted input gave %+v after %v", f, time.Since(before))
	}
	s.want("n", "1")
}

// An interrupt stops whatever a cell does, and nothing goes on burning.
func TestInterruptLeavesNothingBehind(t *testing.T) {
	s := start(t)
	s.run("import (\"time\"; \"sync\"; \"os/exec\"; \"gonum.org/v1/gonum/optimize\"; \"gonum.org/v1/gonum/mat\")\nkeep := \"kept\"\nx := 0\nvar mu sync.Mutex\nvar ec exec.Cmd\nvar big *mat.Dense")
	for _, code := range []string{
		"for { x++ }",
		"for { func() { defer func() { recover() }(); for { x++ } }() }",
		"time.Sleep(time.Hour)",
		"<-make(chan int)",
		"mu.Lock(); mu.Lock()",
		"go func() { for {} }()\nfor i := 0; i < 3; i++ { go func() { for { x++ } }() }\nfor {}",
		"!sleep 100",
		"f := func(n int) int { for { n++ }; return n }\nf(1)",
		"optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 { for {}; return 0 }}, []float64{1}, nil, nil)",
		"<-ctx.Done()\npanic(ctx.Err())",
	} {
		p := s.send(code)
		before := time.Now()
		e := s.stop(p)
		took := time.Since(before)
		t.Logf("%-60.60q stopped after %v", code, took)
		if f := e.Failure(); f == nil || f.ErrorName != "interrupted" {
			t.Errorf("%s: got %+v", code, e)
		}
		if took > soon {
			t.Errorf("%s: stopped after %v", code, took)
		}
		s.want("keep", "kept")
	}
	for end := time.Now().Add(soon); ; { // what was stopped may have something to put away
		before := cpuTime(t, s)
		time.Sleep(500 * time.Millisecond)
		used := cpuTime(t, s) - before
		if used < 100*time.Millisecond {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%v of CPU time in half a second, long after all cells were stopped", used)
		}
	}
}

// A stopped cell says where it was, also one that waited in compiled code.
func TestInterruptSaysWhere(t *testing.T) {
	s := start(t)
	s.run("import (\"net\"; \"sync\"; \"time\")\nfunc wait() {\n\tvar mu sync.Mutex\n\tmu.Lock()\n\tmu.Lock()\n}\nfunc accept(l net.Listener) { l.Accept() }\nl, err := net.Listen(\"tcp\", \"localhost:0\")")
	for code, want := range map[string][]string{
		"x := 0\nfor { x++ }":           {":2:"},
		"y := 1\ntime.Sleep(time.Hour)": {":2:11"},
		"z := 1\n<-make(chan int)":      {":2:1"},
		"w := 1\nwait()":                {"cell[1]:5:", "in wait", ":2:5"},
		"v := 1\naccept(l)":             {"cell[1]:7:", "in accept", ":2:7"},
		"k := 0\nfunc() {\n\tdefer func() { recover() }()\n\tfor { k++ }\n}()": {":4:"},
	} {
		for pause := time.Duration(0); ; pause = 2*pause + 50*time.Millisecond { // until the cell has got that far
			p := s.send(code)
			time.Sleep(pause)
			f := s.stop(p).Failure()
			if f == nil || f.ErrorName != "interrupted" {
				t.Fatalf("%s: got %+v", code, f)
			}
			lacks := func(part string) bool { return !strings.Contains(plainTrace(f), part) }
			if !slices.ContainsFunc(want, lacks) {
				break
			}
			if pause > soon {
				t.Errorf("%s\nlacks one of %q:\n%s", code, want, plainTrace(f))
				break
			}
		}
	}
	s.run("l.Close()")
}

func TestErrorsSayWhere(t *testing.T) {
	s := start(t)
	s.run("import (\"fmt\"; \"errors\"; \"os\"; \"strconv\"; \"strings\"; \"github.com/go-gota/gota/dataframe\"; \"github.com/go-gota/gota/series\")\nvar _ strings.Builder")
	s.run("func inner(n int) int {\n\tvar xs []int\n\treturn xs[n]\n}")
	trace := func(code string) string {
		return strings.Join(s.fails(code).Traceback, "\n")
	}
	for code, want := range map[string][]string{
		"a := 1\nb := a +":                               {"syntax error", ":2:"},
		"a := 1\n\tb := a + \"x\" + nothing":             {"compile error", "nothing", ":2:", "b := a", "^"},
		"z := 1\ninner(3)":                               {"index out of range", "cell[2]:3:", "return xs[n]", "^", ":2:6", "inner(3)"},
		"strings.Repeat(\"x\", -1)":                      {"negative Repeat count", "in strings.Repeat (strings.go:"},
		"func() error { return errors.New(\"told\") }()": {"error", "told"},
		"os.Open(\"/nowhere\")":                          {"no such file"},
		"import \"github.com/x/y\"":                      {"go run ./kernelspec build -with github.com/x/y"},
		"fmt.Printn(1)":                                  {"undefined: fmt.Printn; did you mean Println?", ":1:5"},
		"bytes.NewBufferString(\"x\")":                   {"undefined: bytes; add import \"bytes\""},
		"import \"strngs\"":                              {"package strngs"},
		"var s string = 5\nvar n int = \"a\"":            {"cannot use 5", ":1:16", "cannot use \"a\"", ":2:13"},
		"\ts := \"日本\" + nothing":                        {"| \t" + strings.Repeat(" ", 14) + "\x1b[1;31m^", "undefined: nothing"}, // two columns a letter
		"func deep(n int) int { if n == 0 { panic(\"deep\") }; return deep(n-1) }\ndeep(20)": {"panic", "deep", "more calls", "deep(20)"},
		"dataframe.New(series.New([]int{1}, series.Int, \"a\")).Col(\"b\")":                  {"unknown column name"},
		"dataframe.New(series.New([]int{1}, series.Int, \"a\")).Select(\"b\")":               {"error"},
	} {
		got := trace(code)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s\nlacks %q:\n%s", code, part, got)
			}
		}
		if !strings.Contains(got, "\x1b[") {
			t.Errorf("%s: no colours: %q", code, got)
		}
	}
	if e := s.run("n, err := strconv.Atoi(\"x\")\nn"); !strings.Contains(e.Stderr(), "err is not nil and the cell does not look at it") {
		t.Errorf("stderr is %q", e.Stderr())
	}
	if e := s.run("n, err = strconv.Atoi(\"x\")\nif err != nil { n = 3 }\nn"); e.Stderr() != "" || e.Result() != "3" {
		t.Errorf("stderr is %q", e.Stderr())
	}
	if e := s.run("err = nil\nvar none error\nnone"); len(e.Outputs) != 0 {
		t.Errorf("a nil error is shown: %+v", e.Outputs[0])
	}
	if got := s.run("strconv.Atoi(\"7\")").Result(); got != "7" {
		t.Errorf("a value with a nil error is shown as %q", got)
	}
}

// A syntax error is told once, at the place that the user wrote.
func TestSyntaxErrors(t *testing.T) {
	for code, want := range map[string][2]string{
		"x := 1\nx +":                   {"2:4", "expected operand, found the end of the cell"},
		"println(\"a\"":                 {"1:12", "missing ',' before newline in argument list"},
		"a := []int{1, 2":               {"1:16", "missing ',' before newline in composite literal"},
		"for i in range(3) { }":         {"1:7", "expected '{', found in"},
		"if true {\n}\nelse {\n}":       {"3:1", "expected statement, found 'else'"},
		"func f( { }":                   {"1:9", "expected ')', found '{'"},
		"x = ;\nprintln(1)\ny = = 2\nz": {"1:4 3:5", "expected operand, found the end of the statement"},
	} {
		f := start(t).fails(code)
		var places []string
		for _, l := range strings.Split(plainTrace(f), "\n") {
			if _, place, ok := strings.Cut(l, "cell[1]:"); ok {
				places = append(places, place)
			}
		}
		if got := strings.Join(places, " "); f.ErrorName != "syntax error" || got != want[0] || !strings.HasPrefix(f.ErrorValue, want[1]) {
			t.Errorf("%q: %s: %s at %q, want %q", code, f.ErrorName, f.ErrorValue, got, want)
		}
	}
}

// A cell that ends in a value and an error shows the value, if it tells something, and fails.
func TestValueBesideError(t *testing.T) {
	s := start(t)
	s.run("import (\"io\"; \"strconv\"; \"strings\")\nbuf := make([]byte, 5)")
	e := s.try("io.ReadFull(strings.NewReader(\"abc\"), buf)")
	if f := e.Failure(); f == nil || f.ErrorValue != "unexpected EOF" || squeeze(shownBy(e)) != "3" {
		t.Errorf("shows %q, failure %+v", shownBy(e), f)
	}
	e = s.try("strconv.Atoi(\"x\")")
	if f := e.Failure(); f == nil || shownBy(e) != "" {
		t.Errorf("shows %q, failure %+v", shownBy(e), f)
	}
}
