package code

import (
	"bytes"
	"fmt"
	"log"
	"path"
	"reflect"
	"strconv"
	"sync"
	"testing"
	"unsafe"

	"axn/kernelspec/compiled"
)

// Compiled code that tells where it was called from would tell the place in the
// evaluator: packages log and testing are called here with the cell's place.

// logOutput is (*log.Logger).Output, called by a function of the given depth.
func logOutput(l *log.Logger, depth int, text string) error {
	flags := l.Flags()
	th := currentThread()
	if th == nil || flags&(log.Lshortfile|log.Llongfile) == 0 {
		return l.Output(depth+1, text)
	}
	file, line := "???", 0
	if list := th.stack(); depth >= 1 && depth <= len(list) && list[depth-1].fn != nil {
		file, line = list[depth-1].position()
	}
	if flags&log.Lshortfile != 0 {
		file = path.Base(file)
	}
	place := file + ":" + strconv.Itoa(line) + ": "
	var b bytes.Buffer
	flags &^= log.Lshortfile | log.Llongfile
	if flags&log.Lmsgprefix != 0 {
		log.New(&b, place+l.Prefix(), flags).Output(0, text)
	} else {
		log.New(&b, l.Prefix(), flags).Output(0, place+text)
	}
	mu := (*sync.Mutex)(unsafe.Add(unsafe.Pointer(l), outMutex))
	w := l.Writer()
	mu.Lock()
	defer mu.Unlock()
	_, err := w.Write(b.Bytes())
	return err
}

// outMutex is where a Logger keeps what it holds while it writes.
var outMutex = func() uintptr {
	f, ok := reflect.TypeFor[log.Logger]().FieldByName("outMu")
	if !ok || f.Type != reflect.TypeFor[sync.Mutex]() {
		panic("eval: built for another Go: log.Logger keeps its mutex elsewhere")
	}
	return f.Offset
}()

// lastly is what a function of package log does when it has written.
type lastly func(text string)

func goOn(string)           {}
func die(string)            { exit(1) }
func panicWith(text string) { panic(text) }

// loggers adds the functions of package log, and the methods of a Logger.
func loggers() {
	funcs := map[string]any{
		"Output":           func(depth int, s string) error { return logOutput(log.Default(), depth, s) },
		"(*Logger).Output": logOutput,
	}
	for name, then := range map[string]lastly{"Print": goOn, "Fatal": die, "Panic": panicWith} {
		put := func(l *log.Logger, text string) { logOutput(l, 1, text); then(text) }
		funcs[name] = func(v ...any) { put(log.Default(), fmt.Sprint(printable(v)...)) }
		funcs[name+"f"] = func(f string, v ...any) { put(log.Default(), fmt.Sprintf(f, printable(v)...)) }
		funcs[name+"ln"] = func(v ...any) { put(log.Default(), fmt.Sprintln(printable(v)...)) }
		funcs["(*Logger)."+name] = func(l *log.Logger, v ...any) { put(l, fmt.Sprint(printable(v)...)) }
		funcs["(*Logger)."+name+"f"] = func(l *log.Logger, f string, v ...any) { put(l, fmt.Sprintf(f, printable(v)...)) }
		funcs["(*Logger)."+name+"ln"] = func(l *log.Logger, v ...any) { put(l, fmt.Sprintln(printable(v)...)) }
	}
	compiled.Extend("log", funcs)
}

// testLog is what (*testing.T).Log and its like do, where T may be a B or F: all begin
// with what they share, which is all that is used of it.
func testLog(t *testing.T, text string) {
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	place := "???"
	if th := currentThread(); th != nil {
		if p, ok := th.callerOutside(func(fn *Func) bool { return fn.helper.Load() }); ok {
			file, line := p.position()
			place = path.Base(file) + ":" + strconv.Itoa(line)
		}
	}
	fmt.Fprintf(t.Output(), "%s: %s\n", place, text)
}

// testHelper marks the function that calls it as a helper of tests.
func testHelper(t *testing.T) {
	th := currentThread()
	if th == nil {
		t.Helper()
		return
	}
	if list := th.stack(); len(list) > 0 && list[0].fn != nil {
		list[0].fn.helper.Store(true)
	}
}

// testers adds the methods of T, B and F that tell where they were called.
func testers() {
	methods := map[string]any{"Helper": testHelper}
	for name, then := range map[string]func(*testing.T){
		"Log": func(*testing.T) {}, "Error": (*testing.T).Fail, "Fatal": (*testing.T).FailNow, "Skip": (*testing.T).SkipNow,
	} {
		methods[name] = func(t *testing.T, v ...any) { testLog(t, fmt.Sprintln(printable(v)...)); then(t) }
		methods[name+"f"] = func(t *testing.T, format string, v ...any) { testLog(t, fmt.Sprintf(format, printable(v)...)); then(t) }
	}
	funcs := map[string]any{}
	for name, f := range methods {
		for _, t := range []string{"common", "T", "B", "F"} {
			funcs["(*"+t+")."+name] = f
		}
	}
	compiled.Extend("testing", funcs)
}

func init() {
	loggers()
	testers()
}
