package magic

import (
	"cmp"
	"flag"
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/eval"
)

// test does %test: it runs the tests, the seeds of fuzz tests and the examples of the cells
// as go test -v does.
func (h *Host) test(args string) {
	flags := testFlags("%test", args, map[string]string{"test.v": "true"}, "test.run")
	var t tests
	for name, fn := range functions[func(*testing.T)](h, "Test") {
		t.tests = append(t.tests, testing.InternalTest{Name: name, F: fn})
	}
	for name, fn := range functions[func(*testing.F)](h, "Fuzz") {
		t.fuzz = append(t.fuzz, testing.InternalFuzzTarget{Name: name, Fn: func(f *testing.F) { guard(f, func() { fn(f) }) }})
	}
	t.examples = h.examples()
	if len(t.tests)+len(t.fuzz)+len(t.examples) == 0 {
		Fail("%%test: no cell declares a function TestXxx(*testing.T), FuzzXxx(*testing.F), or ExampleXxx() with an // Output: comment")
	}
	t.run(flags)
}

// TestMain is testing.Main for cells: it ends the cell where that ends the process.
func TestMain(_ func(pattern, name string) (bool, error), list []testing.InternalTest, _ []testing.InternalBenchmark, examples []testing.InternalExample) {
	tests{tests: list, examples: examples}.run(nil)
}

// tests is what package testing runs.
type tests struct {
	tests    []testing.InternalTest
	fuzz     []testing.InternalFuzzTarget
	examples []testing.InternalExample
}

// run runs tests with some flags of package testing.
func (t tests) run(flags map[string]string) {
	guarded := make([]testing.InternalTest, len(t.tests))
	for i, test := range t.tests {
		guarded[i] = testing.InternalTest{Name: test.Name, F: func(t *testing.T) { guard(t, func() { test.F(t) }) }}
	}
	setFlags(flags)
	if code := testing.MainStart(deps{}, guarded, nil, t.fuzz, t.examples).Run(); code != 0 {
		Fail("tests failed")
	}
}

// examples are the functions ExampleXxx of the cells that say what they print.
func (h *Host) examples() (list []testing.InternalExample) {
	for name, fn := range functions[func()](h, "Example") {
		n, _ := h.session.Lookup(name)
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+n.Source, parser.ParseComments)
		if err != nil {
			continue
		}
		for _, e := range doc.Examples(file) {
			if e.Output != "" || e.EmptyOutput {
				list = append(list, testing.InternalExample{Name: name, F: fn, Output: e.Output, Unordered: e.Unordered})
			}
		}
	}
	return list
}

// bench does %bench: it runs the functions BenchmarkXxx of the cells.
func (h *Host) bench(args string) {
	flags := testFlags("%bench", args, map[string]string{}, "test.bench")
	match := regexp.MustCompile(flags["test.bench"])
	setFlags(flags)
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

// testFlags reads what stands behind a magic as go test does: its flags, and a pattern,
// which may stand without its flag.
func testFlags(magic, args string, flags map[string]string, pattern string) map[string]string {
	set := flag.NewFlagSet(magic, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	verbose := set.Bool("v", true, "")
	set.Bool("benchmem", true, "")
	short := set.Bool("short", false, "")
	count := set.Int("count", 1, "")
	match := set.String(strings.TrimPrefix(pattern, "test."), "", "")
	benchtime := set.String("benchtime", "1s", "")
	err := set.Parse(strings.Fields(args))
	if err == nil && set.NArg() > 0 {
		*match = strings.Join(set.Args(), " ")
	}
	if err == nil {
		_, err = regexp.Compile(*match)
	}
	if err != nil {
		Fail("%s: %v", magic, err)
	}
	if _, ok := flags["test.v"]; ok {
		flags["test.v"] = fmt.Sprint(*verbose)
	}
	flags[pattern], flags["test.short"], flags["test.count"], flags["test.benchtime"] = *match, fmt.Sprint(*short), fmt.Sprint(*count), *benchtime
	return flags
}

// functions yields the functions of the cells that have a type and whose names begin
// with a prefix, in the order of their places.
func functions[F any](h *Host, prefix string) func(yield func(string, F) bool) {
	return func(yield func(string, F) bool) {
		names := h.session.Names()
		slices.SortFunc(names, func(a, b eval.Name) int { return cmp.Compare(a.Object.Pos(), b.Object.Pos()) })
		for _, n := range names {
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

// RunFuzz is the method Fuzz of a fuzz test for cells: a panic fails the input.
func RunFuzz(f *testing.F, ff any) {
	fn := reflect.ValueOf(ff)
	if fn.Kind() == reflect.Func && fn.Type().NumIn() > 0 && fn.Type().In(0) == reflect.TypeFor[*testing.T]() && fn.Type().NumOut() == 0 {
		ff = reflect.MakeFunc(fn.Type(), func(args []reflect.Value) []reflect.Value {
			guard(args[0].Interface().(*testing.T), func() { fn.Call(args) })
			return nil
		}).Interface()
	}
	f.Fuzz(ff)
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
	for name, usual := range map[string]string{"test.v": "false", "test.run": "", "test.benchtime": "1s", "test.short": "false", "test.count": "1", "test.paniconexit0": "false"} {
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
