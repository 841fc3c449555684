package magic

import (
	"flag"
	"fmt"
	"go/types"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// test does %test: it runs the functions TestXxx of the cells as go test -v does.
func (h *Host) test(pattern string) {
	match, err := regexp.Compile(pattern)
	if err != nil {
		Fail("%%test: %v", err)
	}
	var tests []testing.InternalTest
	for name, fn := range functions[func(*testing.T)](h, "Test") {
		tests = append(tests, testing.InternalTest{Name: name, F: fn})
	}
	if len(tests) == 0 {
		Fail("%%test: no cell declares a function TestXxx(*testing.T)")
	}
	runTests(map[string]string{"test.v": "true", "test.run": match.String()}, tests)
}

// TestMain is testing.Main for cells: it ends the cell where that ends the process.
func TestMain(_ func(pattern, name string) (bool, error), tests []testing.InternalTest, _ []testing.InternalBenchmark, _ []testing.InternalExample) {
	runTests(nil, tests)
}

// runTests runs tests with some flags of package testing.
func runTests(flags map[string]string, tests []testing.InternalTest) {
	guarded := make([]testing.InternalTest, len(tests))
	for i, test := range tests {
		guarded[i] = testing.InternalTest{Name: test.Name, F: func(t *testing.T) { guard(t, func() { test.F(t) }) }}
	}
	setFlags(flags)
	if code := testing.MainStart(deps{}, guarded, nil, nil, nil).Run(); code != 0 {
		Fail("tests failed")
	}
}

// bench does %bench: it runs the functions BenchmarkXxx of the cells.
func (h *Host) bench(pattern string) {
	match, err := regexp.Compile(pattern)
	if err != nil {
		Fail("%%bench: %v", err)
	}
	setFlags(nil)
	n := 0
	for name, fn := range functions[func(*testing.B)](h, "Benchmark") {
		if n++; !match.MatchString(name) {
			continue
		}
		failed := false
		r := testing.Benchmark(func(b *testing.B) {
			guard(b, func() { fn(b) })
			failed = b.Failed()
		})
		if failed || r.N == 0 {
			Fail("%s failed", name)
		}
		fmt.Fprintf(os.Stdout, "%s\t%s\t%s\n", name, r, r.MemString())
	}
	if n == 0 {
		Fail("%%bench: no cell declares a function BenchmarkXxx(*testing.B)")
	}
}

// functions yields the functions of the cells that have a type and whose names begin
// with a prefix, in the order of their places.
func functions[F any](h *Host, prefix string) func(yield func(string, F) bool) {
	return func(yield func(string, F) bool) {
		for _, n := range h.session.Names() {
			name := n.Object.Name()
			if _, ok := n.Object.(*types.Func); !ok || !isTest(name, prefix) {
				continue
			}
			v, ok := h.session.Value(name)
			if !ok || v.Type() != reflect.TypeFor[F]() {
				continue
			}
			if !yield(name, v.Interface().(F)) {
				return
			}
		}
	}
}

// isTest reports whether a name is that of a test, as the go command sees it.
func isTest(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	return ok && (rest == "" || rest[0] < 'a' || rest[0] > 'z')
}

// RunTest is the method Run of a test for cells: a panic fails the subtest.
func RunTest(t *testing.T, name string, f func(t *testing.T)) bool {
	return t.Run(name, func(t *testing.T) { guard(t, func() { f(t) }) })
}

// RunBenchmark is the method Run of a benchmark for cells.
func RunBenchmark(b *testing.B, name string, f func(b *testing.B)) bool {
	return b.Run(name, func(b *testing.B) { guard(b, func() { f(b) }) })
}

// guard calls a test: a panic in it fails it, where package testing would end the
// process.
func guard(t testing.TB, f func()) {
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("panic: %v", r)
		}
	}()
	f()
}

// setFlags sets the flags of package testing, which are declared at the first call.
func setFlags(values map[string]string) {
	testing.Init()
	for name, usual := range map[string]string{"test.v": "false", "test.run": "", "test.benchtime": "1s", "test.paniconexit0": "false"} {
		if v, ok := values[name]; ok {
			usual = v
		}
		if f := flag.Lookup(name); f != nil {
			f.Value.Set(usual)
		}
	}
	if !flag.Parsed() {
		flag.CommandLine.Parse(nil)
	}
}

// deps is what package testing wants to know of the go command: nothing but how
// names are matched is needed here.
type deps struct{}

type corpusEntry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

func (deps) ImportPath() string                                       { return "main" }
func (deps) ModulePath() string                                       { return "" }
func (deps) MatchString(pattern, name string) (bool, error)           { return regexp.MatchString(pattern, name) }
func (deps) SetPanicOnExit0(bool)                                     {}
func (deps) StartCPUProfile(io.Writer) error                          { return nil }
func (deps) StopCPUProfile()                                          {}
func (deps) StartTestLog(io.Writer)                                   {}
func (deps) StopTestLog() error                                       { return nil }
func (deps) WriteProfileTo(string, io.Writer, int) error              { return nil }
func (deps) RunFuzzWorker(func(corpusEntry) error) error              { return nil }
func (deps) ReadCorpus(string, []reflect.Type) ([]corpusEntry, error) { return nil, nil }
func (deps) CheckCorpus([]any, []reflect.Type) error                  { return nil }
func (deps) ResetCoverage()                                           {}
func (deps) SnapshotCoverage()                                        {}
func (deps) CoordinateFuzzing(time.Duration, int64, time.Duration, int64, int, []corpusEntry, []reflect.Type, string, string) error {
	return nil
}
func (deps) InitRuntimeCoverage() (mode string, tearDown func(string, string) (string, error), snapcov func() float64) {
	return "", nil, nil
}
