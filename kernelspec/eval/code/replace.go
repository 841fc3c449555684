package code

import (
	"errors"
	"flag"
	"fmt"
	"go/types"
	"io"
	"os"
	"reflect"

	"axn/kernelspec/compiled"

	"golang.org/x/tools/go/ssa"
)

// replaced returns what stands for a compiled function that would end the process, or
// that only compiled code could ask.
func replaced(f *ssa.Function) reflect.Value {
	if r := f.Signature.Recv(); r != nil {
		t, star := r.Type(), ""
		if p, ok := t.(*types.Pointer); ok {
			t, star = p.Elem(), "*"
		}
		if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
			return methodInstead(star, n.Obj().Pkg().Path(), n.Obj().Name(), f.Name())
		}
		return reflect.Value{}
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

// replacedMethod returns what stands for a method of a compiled type that an interface
// holds as a pointer.
func replacedMethod(t reflect.Type, name string) reflect.Value {
	if t.Kind() != reflect.Pointer || t.Elem().PkgPath() == "" {
		return reflect.Value{}
	}
	return methodInstead("*", t.Elem().PkgPath(), t.Elem().Name(), name)
}

// methodInstead returns what stands for a method of a type, or of a pointer to it.
func methodInstead(star, path, typ, name string) reflect.Value {
	if v, ok := replacedMethods[star+path+"."+typ+"."+name]; ok {
		return v
	}
	if path == "main" {
		return reflect.Value{}
	}
	if c := compiled.Lookup(path); c != nil {
		return c.Funcs["("+star+typ+")."+name]
	}
	return reflect.Value{}
}

var replacements = map[string]reflect.Value{
	"os.Exit":      reflect.ValueOf(exit),
	"syscall.Exit": reflect.ValueOf(exit),
	"flag.Parse":   reflect.ValueOf(func() { parseFlags(flag.CommandLine, os.Args[1:]) }),
	"time.Sleep":   reflect.ValueOf(sleep),
	"fmt.Print":    reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fprint(out(os.Stdout), printable(a)...) }),
	"fmt.Println":  reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fprintln(out(os.Stdout), printable(a)...) }),
	"fmt.Printf": reflect.ValueOf(func(format string, a ...any) (int, error) {
		return fmt.Fprintf(out(os.Stdout), format, printable(a)...)
	}),
	"fmt.Sprint":   reflect.ValueOf(func(a ...any) string { return fmt.Sprint(printable(a)...) }),
	"fmt.Sprintln": reflect.ValueOf(func(a ...any) string { return fmt.Sprintln(printable(a)...) }),
	"fmt.Sprintf":  reflect.ValueOf(func(format string, a ...any) string { return fmt.Sprintf(format, printable(a)...) }),
	"fmt.Errorf":   reflect.ValueOf(func(format string, a ...any) error { return fmt.Errorf(format, printable(a)...) }),
	"fmt.Fprint":   reflect.ValueOf(func(w io.Writer, a ...any) (int, error) { return fmt.Fprint(out(w), printable(a)...) }),
	"fmt.Fprintln": reflect.ValueOf(func(w io.Writer, a ...any) (int, error) { return fmt.Fprintln(out(w), printable(a)...) }),
	"fmt.Fprintf": reflect.ValueOf(func(w io.Writer, format string, a ...any) (int, error) {
		return fmt.Fprintf(out(w), format, printable(a)...)
	}),
}

var replacedMethods = map[string]reflect.Value{

	"*flag.FlagSet.Parse": reflect.ValueOf(parseFlags),

	"*os.File.Write":       reflect.ValueOf(func(f *os.File, p []byte) (int, error) { return out(f).Write(p) }),
	"*os.File.WriteString": reflect.ValueOf(func(f *os.File, s string) (int, error) { return io.WriteString(out(f), s) }),

	"*sync.Mutex.Lock":      reflect.ValueOf(lockMutex),
	"*sync.RWMutex.Lock":    reflect.ValueOf(lockWriter),
	"*sync.RWMutex.RLock":   reflect.ValueOf(lockReader),
	"*sync.WaitGroup.Wait":  reflect.ValueOf(waitGroup),
	"*sync.Cond.Wait":       reflect.ValueOf(waitCond),
	"*sync.Mutex.Unlock":    reflect.ValueOf(unlock),
	"*sync.RWMutex.Unlock":  reflect.ValueOf(unlockWriter),
	"*sync.RWMutex.RUnlock": reflect.ValueOf(unlockReader),
	"*sync.rlocker.Unlock":  reflect.ValueOf(unlockReader), // its receiver points to the RWMutex
}
