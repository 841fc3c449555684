package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMagics(t *testing.T) {
	s := start(t)
	if got := s.run("%%time\nx := 1\nx").Stdout(); !strings.HasPrefix(got, "time: ") {
		t.Errorf("%%%%time printed %q", got)
	}
	e := s.run("import \"time\"\n%time time.Sleep(20 * time.Millisecond)\n\"after\"")
	said, _ := strings.CutPrefix(strings.TrimSpace(e.Stdout()), "time: ")
	if took, err := time.ParseDuration(said); err != nil || took < 20*time.Millisecond || e.Result() != "after" {
		t.Errorf("%%time printed %q, %q", e.Stdout(), e.Result())
	}
	s.run("big := make([]float64, 1<<20)\nname := \"Ada\"")
	if got := s.run("%who").Stdout(); !strings.Contains(got, "big") || !strings.Contains(got, "8.0 MB") || !strings.Contains(got, "Ada") || strings.Contains(got, "ctx") {
		t.Errorf("%%who printed\n%s", got)
	}
	if got := s.run("!echo one; echo two >&2").Stdout(); got != "one\n" {
		t.Errorf("!echo printed %q", got)
	}
	if got := s.run("for i := 0; i < 2; i++ {\n\t!echo again\n}").Stdout(); got != "again\nagain\n" {
		t.Errorf("!echo in a loop printed %q", got)
	}
	if got := s.run("!exit 3").Stderr(); !strings.Contains(got, "exit status 3") {
		t.Errorf("!exit printed %q", got)
	}
	if got := s.run("%help").Stdout(); !strings.Contains(got, "%who") || !strings.Contains(got, "%%bash") {
		t.Errorf("%%help printed %q", got)
	}
	s.run("ok := true")
	s.want("!ok", "false")
	s.fails("%cd /nowhere/at/all")
	if f := s.fails("%%html\n<b>x</b>"); f.ErrorName != "error" || !strings.Contains(f.ErrorValue, "%%html is no magic of this kernel; there are %%time") {
		t.Errorf("%%%%html: %+v", f)
	}
	if f := s.fails("%time nothing + 1"); !strings.Contains(strings.Join(f.Traceback, "\n"), ":1:7") {
		t.Errorf("a place behind %%time: %q", f.Traceback)
	}
}

func TestMagicsOfFiles(t *testing.T) {
	s := start(t)
	dir := t.TempDir()
	s.run("%cd " + dir)
	if f := s.fails("%%bash\necho a\nexit 3"); f.ErrorValue != "exit status 3" {
		t.Errorf("a failing script: %+v", f)
	}
	if got := s.run("%%bash\nfor i in 1 2; do\n  echo \"line $i\"\ndone\npwd").Stdout(); got != "line 1\nline 2\n"+dir+"\n" {
		t.Errorf("%%%%bash printed %q", got)
	}
	s.run("%%writefile a.txt\none\n\n%who")
	s.run("%%writefile -a a.txt\ntwo")
	if b, err := os.ReadFile(filepath.Join(dir, "a.txt")); err != nil || string(b) != "one\n\n%who\ntwo\n" {
		t.Errorf("a.txt is %q, %v", b, err)
	}
	s.fails("%%writefile /nowhere/at/all\nx")
	s.run("%env AXN_TEST=a value")
	if got := s.run("%env AXN_TEST").Stdout(); got != "a value\n" {
		t.Errorf("%%env printed %q", got)
	}
	if got := s.run("!echo $AXN_TEST").Stdout(); got != "a value\n" {
		t.Errorf("the shell sees %q", got)
	}
	s.fails("%env AXN_NOT_SET")
}

func TestMagicsOfNames(t *testing.T) {
	s := start(t)
	s.run("import \"fmt\"\nx, y := 1, 2\n// twice doubles.\nfunc twice(n int) int { return 2 * n }")
	e := s.run("?twice")
	if len(e.Outputs) != 1 || !strings.Contains(e.Outputs[0].Data["text/plain"].(string), "func twice(n int) int\n\ntwice doubles.") {
		t.Errorf("?twice shows %+v", e.Outputs)
	}
	if e := s.run("fmt.Println?"); !strings.Contains(e.Outputs[0].Data["text/plain"].(string), "func Println") {
		t.Errorf("fmt.Println? shows %+v", e.Outputs)
	}
	s.fails("?nosuchname")
	s.run("%rm x")
	s.fails("x")
	s.want("y", "2")
	s.fails("%rm nosuchname")
	s.run("%reset")
	s.fails("y")
	s.fails("fmt.Sprint(1)")
	s.run("ctx.Err()")
	s.run("display.HTML(\"still here\")")
}

func TestMagicsOfTests(t *testing.T) {
	s := start(t)
	s.fails("%test")
	s.run(`import "testing"
func add(a, b int) int { return a + b }
func TestAdd(t *testing.T) {
	for _, c := range []struct{ name string; a, b, sum int }{{"small", 1, 2, 3}, {"none", 0, 0, 0}} {
		t.Run(c.name, func(t *testing.T) {
			if got := add(c.a, c.b); got != c.sum { t.Errorf("got %d", got) }
		})
	}
}
func Testing(t *testing.T) { t.Fatal("this is no test") }
func BenchmarkAdd(b *testing.B) { for b.Loop() { add(1, 2) } }`)
	if got := s.run("%test").Stdout(); !strings.Contains(got, "--- PASS: TestAdd/small") || !strings.Contains(got, "PASS\n") || strings.Contains(got, "no test") {
		t.Errorf("%%test printed\n%s", got)
	}
	s.run("func TestBad(t *testing.T) { t.Errorf(\"got %d\", 2) }\nfunc TestPanics(t *testing.T) { var p []int; p[3] = 1 }\nfunc TestSkipped(t *testing.T) { t.Skip(\"later\") }")
	e := s.try("%test")
	if f := e.Failure(); f == nil || f.ErrorName != "error" {
		t.Errorf("failing tests: %+v", f)
	}
	for _, want := range []string{"--- FAIL: TestBad", "got 2", "--- FAIL: TestPanics", "index out of range", "--- SKIP: TestSkipped", "--- PASS: TestAdd", "FAIL\n"} {
		if !strings.Contains(e.Stdout(), want) {
			t.Errorf("%%test lacks %q:\n%s", want, e.Stdout())
		}
	}
	if got := s.run("%test Add/none").Stdout(); strings.Contains(got, "TestBad") || strings.Contains(got, "small") || !strings.Contains(got, "--- PASS: TestAdd/none") {
		t.Errorf("%%test Add/none printed\n%s", got)
	}
	if got := s.run("%bench").Stdout(); !strings.HasPrefix(got, "BenchmarkAdd\t") || !strings.Contains(got, "ns/op") {
		t.Errorf("%%bench printed %q", got)
	}
	s.run("%reset")
	s.run(`import ("errors"; "fmt"; "testing")
func TestB(t *testing.T) {}
func TestA(t *testing.T) {}
func ExampleRight() {
	fmt.Println("a")
	// Output: a
}
func ExampleWrong() {
	fmt.Println("b")
	// Output: c
}
func ExampleUnordered() {
	fmt.Println("2\n1")
	// Unordered output:
	// 1
	// 2
}
func ExampleSilent() { fmt.Println("is not run") }
func FuzzRune(f *testing.F) {
	f.Add("x", 1)
	f.Add("y", 0)
	f.Fuzz(func(t *testing.T, s string, n int) { _ = 1 / n })
}`)
	e = s.try("%test -v")
	for _, want := range []string{"--- PASS: ExampleRight", "--- FAIL: ExampleWrong", "got:\nb\nwant:\nc", "--- PASS: ExampleUnordered", "--- PASS: FuzzRune/seed#0", "--- FAIL: FuzzRune/seed#1", "integer divide by zero", "FAIL\n"} {
		if !strings.Contains(e.Stdout(), want) {
			t.Errorf("%%test -v lacks %q:\n%s", want, e.Stdout())
		}
	}
	if got := e.Stdout(); strings.Contains(got, "is not run") || strings.Index(got, "TestA") < strings.Index(got, "TestB") || e.Failure() == nil {
		t.Errorf("%%test -v printed\n%s", got)
	}
	if got := s.run("%test -run Right|Unordered -count=1").Stdout(); strings.Contains(got, "TestA") || !strings.Contains(got, "ExampleRight") {
		t.Errorf("%%test -run printed\n%s", got)
	}
	if f := s.fails("%test -x"); !strings.Contains(f.ErrorValue, "not defined: -x") {
		t.Errorf("%%test -x: %s", f.ErrorValue)
	}
	s.run("func add(a, b int) int { return a + b }\nfunc TestBad(t *testing.T) { t.Errorf(\"got %d\", 2) }")
	if e := s.try("testing.Main(nil, []testing.InternalTest{{\"TestBad\", TestBad}}, nil, nil)"); e.Failure() == nil || !strings.Contains(e.Stdout(), "--- FAIL: TestBad") {
		t.Errorf("testing.Main: %+v", e)
	}
	s.want("add(2, 2)", "4")
}

// Processes that cells start end with the interrupt, and keep no input.
func TestProcessesEnd(t *testing.T) {
	s := start(t)
	s.run("import (\"os\"; \"os/exec\"; \"fmt\")\nkeep := 1")
	for _, code := range []string{
		"exec.Command(\"sleep\", \"61\").Run()",
		"exec.CommandContext(ctx, \"sleep\", \"61\").Run()",
		"exec.Command(\"sh\", \"-c\", \"sleep 61; true\").Output()",
		"c := exec.Command(\"cat\")\nc.Stdin = os.Stdin\nc.Run()",
		"!sleep 61",
		"%%bash\nsleep 61\nsleep 61",
		"(&exec.Cmd{Path: \"/bin/sleep\", Args: []string{\"sleep\", \"61\"}}).Run()",
	} {
		p := s.send(code)
		for start := time.Now(); children(t, s) == 0; time.Sleep(time.Millisecond) {
			if time.Since(start) > soon {
				t.Fatalf("%s: no process", code)
			}
		}
		if f := s.stop(p).Failure(); f == nil || f.ErrorName != "interrupted" && !strings.HasPrefix(code, "!") && !strings.HasPrefix(code, "%%") {
			t.Errorf("%s: got %+v", code, f)
		}
		for start := time.Now(); children(t, s) > 0; time.Sleep(time.Millisecond) {
			if time.Since(start) > soon {
				t.Fatalf("%s: the process goes on", code)
			}
		}
	}
	s.Input = func(string) string { return "mine" }
	if got := s.run("background := exec.Command(\"cat\")\nbackground.Stdin = os.Stdin\nbackground.Start()").Failure(); got != nil {
		t.Errorf("%+v", got)
	}
	if got := s.run("var word string\nfmt.Scanln(&word)\nfmt.Print(word)").Stdout(); got != "mine" {
		t.Errorf("input is %q", got)
	}
	s.want("keep", "1")
}
