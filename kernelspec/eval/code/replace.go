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

// replaced returns what stands for a method of a compiled type that would end the process,
// or that only compiled code could ask. What stands for a function is found as that one.
func replaced(f *ssa.Function) reflect.Value {
	r := f.Signature.Recv()
	if r == nil {
		return reflect.Value{}
	}
	t, star := r.Type(), ""
	if p, ok := t.(*types.Pointer); ok {
		t, star = p.Elem(), "*"
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		return methodInstead(star, n.Obj().Pkg().Path(), n.Obj().Name(), f.Name())
	}
	return reflect.Value{}
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
	if path == "main" {
		return reflect.Value{}
	}
	if c := compiled.Lookup(path); c != nil {
		return c.Funcs["("+star+typ+")."+name]
	}
	return reflect.Value{}
}

// printTo prints values as a function of package fmt does.
func printTo(w io.Writer, print func(io.Writer, ...any) (int, error), a []any) (int, error) {
	defer holdPrinted(a)()
	return print(out(w), printable(a)...)
}

func printfTo(w io.Writer, format string, a []any) (int, error) {
	defer holdPrinted(a)()
	return fmt.Fprintf(out(w), format, printable(a)...)
}

func init() {
	compiled.Extend("os", map[string]any{
		"Exit":                exit,
		"(*File).Write":       func(f *os.File, p []byte) (int, error) { return out(f).Write(p) },
		"(*File).WriteString": func(f *os.File, s string) (int, error) { return io.WriteString(out(f), s) },
	})
	compiled.Extend("syscall", map[string]any{"Exit": exit})
	compiled.Extend("flag", map[string]any{
		"Parse":            func() { parseFlags(flag.CommandLine, os.Args[1:]) },
		"(*FlagSet).Parse": parseFlags,
	})
	compiled.Extend("time", map[string]any{"Sleep": sleep})
	compiled.Extend("fmt", map[string]any{
		"Print":    func(a ...any) (int, error) { return printTo(os.Stdout, fmt.Fprint, a) },
		"Println":  func(a ...any) (int, error) { return printTo(os.Stdout, fmt.Fprintln, a) },
		"Printf":   func(format string, a ...any) (int, error) { return printfTo(os.Stdout, format, a) },
		"Fprint":   func(w io.Writer, a ...any) (int, error) { return printTo(w, fmt.Fprint, a) },
		"Fprintln": func(w io.Writer, a ...any) (int, error) { return printTo(w, fmt.Fprintln, a) },
		"Fprintf":  func(w io.Writer, format string, a ...any) (int, error) { return printfTo(w, format, a) },
		"Sprint": func(a ...any) string {
			defer holdPrinted(a)()
			return fmt.Sprint(printable(a)...)
		},
		"Sprintln": func(a ...any) string {
			defer holdPrinted(a)()
			return fmt.Sprintln(printable(a)...)
		},
		"Sprintf": func(format string, a ...any) string {
			defer holdPrinted(a)()
			return fmt.Sprintf(format, printable(a)...)
		},
		"Errorf": func(format string, a ...any) error {
			defer holdPrinted(a)()
			return fmt.Errorf(format, printable(a)...)
		},
	})
	compiled.Extend("sync", map[string]any{
		"(*Mutex).Lock":      lockMutex,
		"(*RWMutex).Lock":    lockWriter,
		"(*RWMutex).RLock":   lockReader,
		"(*WaitGroup).Wait":  waitGroup,
		"(*Cond).Wait":       waitCond,
		"(*Mutex).Unlock":    unlock,
		"(*RWMutex).Unlock":  unlockWriter,
		"(*RWMutex).RUnlock": unlockReader,
		"(*rlocker).Unlock":  unlockReader, // its receiver points to the RWMutex
	})
}
