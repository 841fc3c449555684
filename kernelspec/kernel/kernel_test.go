package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"axn/kernelspec/builder"
	"axn/kernelspec/frontend"
)

// soon is a time that nothing here needs that does not wait for something else, on
// a busy machine either. How fast the kernel is the benchmark tells.
const soon = 30 * time.Second

// binary is the kernel under test.
var binary string

func TestMain(m *testing.M) {
	code, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = code
	os.Exit(m.Run())
}

func build() (string, error) {
	k, err := builder.Here()
	if err != nil {
		return "", err
	}
	_, err = k.Build()
	return k.Out, err
}

// session is a running kernel with shortcuts for tests.
type session struct {
	*frontend.Kernel
	t   testing.TB
	ctx context.Context
	log *lockedBuffer // what the process wrote itself
}

// start starts a kernel that is shut down at the end of the test.
func start(t testing.TB, env ...string) *session {
	t.Helper()
	return startFor(t, 3*time.Minute, env...)
}

// startFor starts a kernel for a test that may take some time.
func startFor(t testing.TB, limit time.Duration, env ...string) *session {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	log := &lockedBuffer{}
	k, err := frontend.Start([]string{binary}, frontend.Options{Env: append([]string{"AXN_HISTORY="}, env...), Stderr: log})
	if err != nil {
		cancel()
		t.Fatalf("%v\n%s", err, log)
	}
	t.Cleanup(func() {
		k.Close()
		cancel()
		if t.Failed() {
			t.Logf("the kernel's log:\n%s", log)
		}
	})
	return &session{k, t, ctx, log}
}

// lockedBuffer is a buffer that a process writes to while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// try runs a cell, which may fail.
func (s *session) try(code string) *frontend.Executed {
	s.t.Helper()
	e, err := s.Execute(s.ctx, code)
	if err != nil {
		s.t.Fatalf("%s\n%v", code, err)
	}
	return e
}

// run runs a cell that must not fail.
func (s *session) run(code string) *frontend.Executed {
	s.t.Helper()
	e := s.try(code)
	if f := e.Failure(); f != nil {
		s.t.Fatalf("%s\nfailed: %s", code, strings.Join(f.Traceback, "\n"))
	}
	return e
}

// fails runs a cell that must fail.
func (s *session) fails(code string) *frontend.Output {
	s.t.Helper()
	f := s.try(code).Failure()
	if f == nil {
		s.t.Fatalf("%s\ndid not fail", code)
	}
	return f
}

// want compares the result of a cell.
func (s *session) want(code, result string) {
	s.t.Helper()
	if got := s.run(code).Result(); got != result {
		s.t.Errorf("%s\ngave %q, want %q", code, got, result)
	}
}

// request sends a request that must be answered.
func (s *session) request(c frontend.Channel, msgType string, content map[string]any) map[string]any {
	s.t.Helper()
	reply, err := s.Request(s.ctx, c, msgType, content)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply
}

const imports = `import (
	"fmt"
	"os"
	"time"
	"axn/workbench"
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)`

func TestCellsRun(t *testing.T) {
	s := start(t)
	s.want(`1 + 2`, "3")
	s.want(`[]int{1, 4, 9}`, "[1 4 9]")
	s.want(`"go" + "pher"`, "gopher")
	s.run(`x := 40`)
	s.want(`x + 2`, "42")
	if out := s.run("import \"fmt\"\nfmt.Println(\"hello, world\")"); out.Stdout() != "hello, world\n" || len(out.Outputs) != 1 {
		t.Errorf("got %+v", out.Outputs)
	}
	if out := s.run("import \"os\"\nfmt.Fprintln(os.Stderr, \"test\")"); out.Stderr() != "test\n" {
		t.Errorf("got %q", out.Stderr())
	}
}

func TestPackagesAreThere(t *testing.T) {
	s := start(t)
	before := time.Now()
	s.run(imports)
	if d := time.Since(before); d > soon {
		t.Errorf("imports took %v", d)
	}
	s.want(`stat.Mean([]float64{1, 2, 6}, nil)`, "3")
	out := s.run(`dataframe.New(series.New([]string{"a", "b"}, series.String, "name"), series.New([]float64{1.5, 2}, series.Float, "score"))`)
	data := out.Outputs[0].Data
	if html := fmt.Sprint(data["text/html"]); !strings.Contains(html, "<table") || !strings.Contains(html, "score") || !strings.Contains(html, "2 rows") {
		t.Errorf("frame is shown as %v", data)
	}
	out = s.run("p := plot.New()\nl, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 2}})\nif err != nil { panic(err) }\np.Add(l)\np")
	if svg := fmt.Sprint(out.Outputs[0].Data["image/svg+xml"]); !strings.Contains(svg, "<svg") {
		t.Errorf("plot is shown as %v", out.Outputs[0].Data)
	}
	if m := s.run(`mat.NewDense(2, 2, []float64{1, 2, 3, 4})`).Result(); !strings.Contains(m, "2×2 matrix") {
		t.Errorf("matrix is shown as %s", m)
	}
	s.run(`workbench.WithProgress(ctx, func(workbench.Progress) {})`)
}

func TestErrorsShow(t *testing.T) {
	s := start(t)
	f := s.fails("y := 1\nz := y + nothing")
	if f.ErrorName != "compile error" || !strings.Contains(strings.Join(f.Traceback, "\n"), ":2:") {
		t.Errorf("got %+v", f)
	}
	if f := s.fails(`panic("boom")`); f.ErrorName != "panic" || f.ErrorValue != "boom" {
		t.Errorf("got %+v", f)
	}
	s.want("1", "1")
}

func TestInterruptBySignalAndMessage(t *testing.T) {
	for _, way := range []string{"SIGINT", "message"} {
		for _, code := range []string{"for { x++ }", "time.Sleep(time.Hour)", "<-ctx.Done()", "<-make(chan int)"} {
			t.Run(way+" "+code, func(t *testing.T) {
				s := start(t)
				s.run("import \"time\"\nx, keep := 0, \"kept\"")
				p := s.send(code)
				before := time.Now()
				if way == "SIGINT" {
					s.Process.Signal(os.Interrupt)
				} else if err := s.Interrupt(s.ctx); err != nil {
					t.Fatal(err)
				}
				e, err := p.Collect(s.ctx)
				if err != nil {
					t.Fatal(err)
				}
				took := time.Since(before)
				t.Logf("stopped after %v", took)
				if f := e.Failure(); f == nil || f.ErrorName != "interrupted" {
					t.Errorf("got %+v", e)
				}
				s.want("keep", "kept")
			})
		}
	}
}

// An interrupt stops a cell as soon as the kernel says that it has taken it up.
func TestInterruptAtTheStart(t *testing.T) {
	s := start(t)
	for i := range 50 {
		p, err := s.SendCode("for {}", frontend.ExecuteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s.takenUp(p)
		if f := s.stop(p).Failure(); f == nil || f.ErrorName != "interrupted" {
			t.Fatalf("cell %d: got %+v", i, f)
		}
	}
}

func TestShutdown(t *testing.T) {
	s := start(t)
	p := s.send("for {}")
	defer p.Forget()
	before := time.Now()
	if err := s.Shutdown(s.ctx); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(before); d > soon {
		t.Errorf("ended after %v", d)
	}
}
