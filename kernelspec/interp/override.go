package interp

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"strconv"
	"time"

	"axn/kernelspec/packages/guard"

	"github.com/cosmos72/gomacro/imports"
)

var errDepth = errors.New("the cell calls itself without end: stopped at 200,000 calls within calls")

// override replaces functions of registered packages that would end the process,
// cannot be interrupted, or print past the cell they belong to.
func (in *Interp) override() {
	replace("os", "Exit", func(code int) { panic(exit{code}) })
	replace("time", "Sleep", in.sleep)
	guard.Enter = func() func() { return in.enter(nil) }
	in.overrideLog()
	in.overridePrint()
}

func replace(path, name string, fn any) {
	imports.Packages[path].Binds[name] = reflect.ValueOf(fn)
}

// sleep ends early when its cell is stopped.
func (in *Interp) sleep(d time.Duration) {
	j := in.jobOfCaller()
	if j == nil {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-j.ctx.Done():
		panic(errStopped)
	}
}

// errStopped is what calls of ours panic with in a stopped cell.
var errStopped = fmt.Errorf("%w in a call; variables keep their values", ErrInterrupted)

func (in *Interp) overrideLog() {
	for name, text := range map[string]func(...any) string{
		"Fatal": fmt.Sprint, "Fatalln": func(v ...any) string { s := fmt.Sprintln(v...); return s[:len(s)-1] },
	} {
		replace("log", name, func(v ...any) { log.Print(text(v...)); panic(exit{1}) })
	}
	replace("log", "Fatalf", func(format string, v ...any) { log.Printf(format, v...); panic(exit{1}) })
}

// overridePrint lets goroutines print to the cell that started them, also after
// it ended: os.Stdout and os.Stderr belong to the cell that runs.
func (in *Interp) overridePrint() {
	replace("fmt", "Print", func(a ...any) (int, error) { return fmt.Fprint(in.out(os.Stdout), a...) })
	replace("fmt", "Println", func(a ...any) (int, error) { return fmt.Fprintln(in.out(os.Stdout), a...) })
	replace("fmt", "Printf", func(format string, a ...any) (int, error) { return fmt.Fprintf(in.out(os.Stdout), format, a...) })
	replace("fmt", "Fprint", func(w io.Writer, a ...any) (int, error) { return fmt.Fprint(in.out(w), a...) })
	replace("fmt", "Fprintln", func(w io.Writer, a ...any) (int, error) { return fmt.Fprintln(in.out(w), a...) })
	replace("fmt", "Fprintf", func(w io.Writer, format string, a ...any) (int, error) { return fmt.Fprintf(in.out(w), format, a...) })
	log.SetOutput(logWriter{in})
}

// logWriter is where the log package writes.
type logWriter struct{ in *Interp }

func (w logWriter) Write(p []byte) (int, error) { return w.in.out(os.Stderr).Write(p) }

// out returns where the calling goroutine's writes to w go.
func (in *Interp) out(w io.Writer) io.Writer {
	if w != os.Stdout && w != os.Stderr {
		return w
	}
	r := in.routines.current()
	if r == nil || r.job == nil || r.job == in.running.Load() {
		return w
	}
	if w == os.Stdout && r.job.cell.Stdout != nil {
		return r.job.cell.Stdout
	}
	if w == os.Stderr && r.job.cell.Stderr != nil {
		return r.job.cell.Stderr
	}
	return w
}

// known reports whether a package can be imported.
func (in *Interp) known(path string) bool {
	_, registered := imports.Packages[path]
	return registered || in.ir.Comp.KnownImports[path] != nil
}

func unquote(s string) (string, error) { return strconv.Unquote(s) }
