package code

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"

	"golang.org/x/tools/go/ssa"
)

// replaced returns what stands for a compiled function that would end the process, or
// that only compiled code could ask.
func replaced(f *ssa.Function) reflect.Value {
	if r := f.Signature.Recv(); r != nil {
		return replacedMethods[r.Type().String()+"."+f.Name()]
	}
	return replacements[packageOf(f).Path()+"."+f.Name()]
}

// exit ends the cell or goroutine that calls it.
func exit(code int) { panic(ExitCode(code)) }

// parseFlags parses flags as (*flag.FlagSet).Parse does, but ends the cell where that
// ends the process.
func parseFlags(fs *flag.FlagSet, arguments []string) error {
	if fs.ErrorHandling() != flag.ExitOnError {
		return fs.Parse(arguments)
	}
	fs.Init(fs.Name(), flag.ContinueOnError)
	err := fs.Parse(arguments)
	fs.Init(fs.Name(), flag.ExitOnError)
	switch {
	case errors.Is(err, flag.ErrHelp):
		exit(0)
	case err != nil:
		exit(2)
	}
	return nil
}

// replacedMethod returns what stands for a method of a compiled type.
func replacedMethod(t reflect.Type, name string) reflect.Value {
	if t.Kind() != reflect.Pointer {
		return reflect.Value{}
	}
	e := t.Elem()
	return replacedMethods["*"+e.PkgPath()+"."+e.Name()+"."+name]
}

var replacements = map[string]reflect.Value{
	"os.Exit":      reflect.ValueOf(exit),
	"syscall.Exit": reflect.ValueOf(exit),
	"flag.Parse":   reflect.ValueOf(func() { parseFlags(flag.CommandLine, os.Args[1:]) }),
	"time.Sleep":   reflect.ValueOf(sleep),
	"fmt.Print":    reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fprint(out(os.Stdout), a...) }),
	"fmt.Println":  reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fprintln(out(os.Stdout), a...) }),
	"fmt.Printf":   reflect.ValueOf(func(format string, a ...any) (int, error) { return fmt.Fprintf(out(os.Stdout), format, a...) }),
	"fmt.Fprint":   reflect.ValueOf(func(w io.Writer, a ...any) (int, error) { return fmt.Fprint(out(w), a...) }),
	"fmt.Fprintln": reflect.ValueOf(func(w io.Writer, a ...any) (int, error) { return fmt.Fprintln(out(w), a...) }),
	"fmt.Fprintf":  reflect.ValueOf(func(w io.Writer, format string, a ...any) (int, error) { return fmt.Fprintf(out(w), format, a...) }),

	"runtime.Caller":           reflect.ValueOf(runtimeCaller),
	"runtime.Callers":          reflect.ValueOf(runtimeCallers),
	"runtime.CallersFrames":    reflect.ValueOf(callersFrames),
	"runtime.FuncForPC":        reflect.ValueOf(funcForPC),
	"runtime.Stack":            reflect.ValueOf(runtimeStack),
	"runtime/debug.Stack":      reflect.ValueOf(debugStack),
	"runtime/debug.PrintStack": reflect.ValueOf(func() { out(os.Stderr).Write(debugStack()) }),
	"log/slog.NewTextHandler": reflect.ValueOf(func(w io.Writer, o *slog.HandlerOptions) *slog.TextHandler {
		return slog.NewTextHandler(w, withPlace(o))
	}),
	"log/slog.NewJSONHandler": reflect.ValueOf(func(w io.Writer, o *slog.HandlerOptions) *slog.JSONHandler {
		return slog.NewJSONHandler(w, withPlace(o))
	}),
}

var replacedMethods = map[string]reflect.Value{
	"*runtime.Func.Name":     reflect.ValueOf(funcName),
	"*runtime.Func.Entry":    reflect.ValueOf(funcEntry),
	"*runtime.Func.FileLine": reflect.ValueOf(funcFileLine),
	"reflect.Value.Pointer":  reflect.ValueOf(valuePointer),

	"*flag.FlagSet.Parse": reflect.ValueOf(parseFlags),

	"*os.File.Write":       reflect.ValueOf(func(f *os.File, p []byte) (int, error) { return out(f).Write(p) }),
	"*os.File.WriteString": reflect.ValueOf(func(f *os.File, s string) (int, error) { return io.WriteString(out(f), s) }),

	"*sync.Mutex.Unlock":    reflect.ValueOf(unlock),
	"*sync.RWMutex.Unlock":  reflect.ValueOf(unlockWriter),
	"*sync.RWMutex.RUnlock": reflect.ValueOf(unlockReader),
	"*sync.rlocker.Unlock":  reflect.ValueOf(unlockReader), // its receiver points to the RWMutex
}
