package magic

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"axn/kernelspec/eval"
	"axn/kernelspec/plain"
)

// Host does what magics ask for, in a session.
type Host struct {
	session *eval.Session
	context func() context.Context // of the cell that calls
	what    func(name string)      // answers a question

	mu    sync.Mutex
	began map[any]time.Time // timed statements, by the cell's owner
}

// NewHost returns a Host and declares the functions that magics are rewritten to.
// context returns the context of the calling cell, what shows what a name is, debug does %debug.
func NewHost(s *eval.Session, context func() context.Context, what, debug func(arg string)) *Host {
	h := &Host{session: s, context: context, what: what, began: map[any]time.Time{}}
	for name, fn := range map[string]any{
		"_t0": h.timeStarts, "_t1": h.timeEnds, "_who": h.who, "_rm": h.remove, "_reset": h.reset, "_test": h.test, "_bench": h.bench,
		"_cd": changeDir, "_env": environment, "_sh": h.shell, "_script": h.script, "_write": writeFile, "_help": help, "_what": what, "_debug": debug, "_unknown": refuse,
	} {
		s.Declare(name, fn)
	}
	return h
}

// Error is what a magic fails with.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

// Fail fails a magic.
func Fail(format string, args ...any) { panic(&Error{fmt.Sprintf(format, args...)}) }

func refuse(name string) { Fail("%s", unknown(name)) }

func help(string) { os.Stdout.WriteString(Help()) }

func (h *Host) timeStarts() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.began[h.session.Owner()] = time.Now()
}

func (h *Host) timeEnds() { h.PrintTime(h.session.Owner()) }

// PrintTime prints how long a timed statement of a cell took that has not been
// printed yet: the end of the cell is its end.
func (h *Host) PrintTime(owner any) {
	h.mu.Lock()
	began, timed := h.began[owner]
	delete(h.began, owner)
	h.mu.Unlock()
	if timed {
		fmt.Fprintf(os.Stdout, "time: %v\n", rounded(time.Since(began)))
	}
}

// rounded keeps three digits that count.
func rounded(d time.Duration) time.Duration {
	unit := time.Nanosecond
	for d >= 1000*unit {
		unit *= 10
	}
	return d.Round(unit)
}

// who prints the variables as a table.
func (h *Host) who(string) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	n := 0
	for _, name := range h.session.Names() {
		if kind := kindOf(name); kind != "var" {
			continue
		}
		v, ok := h.session.Value(name.Object.Name())
		if !ok {
			continue
		}
		if n++; n == 1 {
			fmt.Fprintln(w, "variable\ttype\tsize\tvalue")
		}
		value, size := described(v)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name.Object.Name(), typeText(name.Object.Type()), size, value)
	}
	if n == 0 {
		fmt.Fprintln(os.Stdout, "no variables yet")
	}
	w.Flush()
}

// described returns the value of a variable on a part of a line, and its size.
func described(v reflect.Value) (value, size string) {
	if !v.CanInterface() {
		return "", ""
	}
	x := v.Interface()
	value, _, more := strings.Cut(plain.Short(x), "\n")
	if r := []rune(value); len(r) > 50 || more {
		value = string(r[:min(50, len(r))]) + "…"
	}
	return strings.ReplaceAll(value, "\t", " "), plain.Size(plain.Bytes(x))
}

// remove forgets names.
func (h *Host) remove(names string) {
	if names == "" {
		Fail("%%rm NAME …: which names are to be forgotten?")
	}
	for _, name := range strings.Fields(names) {
		if !h.session.Forget(name) {
			Fail("%%rm: there is no %s", name)
		}
	}
}

func (h *Host) reset(string) { h.session.Reset() }
