package code

import (
	"fmt"
	"go/token"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Failure is how a task, or a goroutine of it, failed.
type Failure struct {
	Value   any     // what it panicked with
	Places  []Place // where, innermost first
	Stopped bool    // it was stopped
	Fatal   bool    // Go would have ended the process: cells cannot recover it
	Foreign bool    // on a goroutine of compiled code, which it would have ended the process with

	told bool   // it was reported
	top  *frame // the call that it began in
}

// Calls returns the calls that the goroutine was in, innermost first.
func (f *Failure) Calls() []Call { return calls(f.top) }

// Place is a place in a function.
type Place struct {
	Pos  token.Pos // NoPos in compiled code
	Func string    // empty at the top of a cell; with its place in compiled code

	fn *Func   // nil in compiled code
	pc uintptr // of compiled code, if known
}

// Text returns the text that Go gives to the panic.
func (f *Failure) Text() string {
	switch v := f.Value.(type) {
	case error:
		if _, ok := v.(runtime.Error); !ok {
			return textOf(v.Error)
		}
		return v.Error()
	case fmt.Stringer:
		return textOf(v.String)
	case string:
		return v
	}
	v := reflect.ValueOf(f.Value)
	if !v.IsValid() {
		return "nil"
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.String:
		if v.Type().PkgPath() == "" {
			return fmt.Sprintf("%v", f.Value)
		}
		if v.Kind() == reflect.String {
			return fmt.Sprintf("%v(%q)", v.Type(), v.String())
		}
		return fmt.Sprintf("%v(%v)", v.Type(), v)
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return fmt.Sprintf("(%v) %#x", v.Type(), v.Pointer())
	}
	return fmt.Sprintf("%v %+v", v.Type(), f.Value)
}

// textOf calls a method that a cell may have declared.
func textOf(method func() string) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("(its text panics: %v)", r)
		}
	}()
	return method()
}

// ExitCode is what os.Exit panics with.
type ExitCode int

// fatal is a failure that Go would end the process with.
type fatal string

func (f fatal) Error() string { return string(f) }

// unrecoverable reports whether cells do not see a panic.
func unrecoverable(v any) bool {
	switch v.(type) {
	case stopPanic, ExitCode, fatal:
		return true
	}
	return false
}

// flight is a panic on its way, with the places where it began: those in functions of the
// program, and the stack, which begins in compiled code if the panic does.
type flight struct {
	places []Place
	stack  []uintptr
	top    *frame // the call in which it began: nobody uses it again before the panic is recovered
}

// caught notes the places of a panic where it is first seen. It is called by a deferred
// function.
func (th *Thread) caught(r any) {
	th.guard.end()
	th.unblocked()
	if th.flight != nil {
		return
	}
	var stack [48]uintptr
	n := runtime.Callers(2, stack[:])
	th.flight = &flight{th.places(), append([]uintptr(nil), stack[:n]...), th.top}
	if ask := th.task.p.debugger.Load(); ask != nil && r != nil && !unrecoverable(r) && !th.task.Unstopped {
		(*ask).Panicked(th, r)
	}
	if _, ok := r.(fatal); ok {
		th.tell(r)
	}
}

// tell reports how a goroutine fails, once: at once if Go would not run what it deferred,
// so that nobody goes on meanwhile who waits for it.
func (th *Thread) tell(r any) {
	t := th.task
	t.mu.Lock()
	first := t.first == th
	t.mu.Unlock()
	if first || th.told || t.report == nil {
		return
	}
	th.told = true
	t.report(th.failure(r))
}

// mostCompiled is how many functions of compiled code are told.
const mostCompiled = 8

// compiledPlaces tells which compiled functions lie between the beginning of a panic and
// the evaluator, innermost first.
func compiledPlaces(stack []uintptr) (list []Place) {
	frames := runtime.CallersFrames(stack)
	panics := false
	for more := len(stack) > 0; more && len(list) < mostCompiled; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "internal/runtime/"):
			panics = panics || f.Function == "runtime.gopanic" || f.Function == "runtime.Goexit"
		case !panics, strings.HasPrefix(f.Function, "reflect."):
		case strings.HasPrefix(f.Function, "axn/kernelspec/"):
			return list
		default:
			list = append(list, Place{Func: fmt.Sprintf("%s (%s:%d)", f.Function, f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)})
		}
	}
	return list
}

// Of a deep stack this many places are told: the innermost and the outermost ones.
const innerPlaces, outerPlaces = 30, 20

// maxWalk is how many calls are looked at.
const maxWalk = 1 << 20

// places tells where a thread is, innermost first.
func (th *Thread) places() (list []Place) {
	walk := maxWalk
	if th.walks++; th.walks > 16 { // a recursion that panics anew at each of its calls
		walk = innerPlaces
	}
	grouped := false // the frame of the cell that called statements of its own says no more
	for fr := th.top; fr != nil && walk > 0; fr = fr.caller {
		walk--
		pos := fr.pos()
		if !pos.IsValid() || grouped {
			grouped = false
			continue
		}
		grouped = fr.code.group
		if len(list) == innerPlaces+outerPlaces {
			list = slices.Delete(list, innerPlaces, innerPlaces+1)
		}
		list = append(list, Place{Pos: pos, fn: fr.code.fn})
	}
	for i := range list {
		list[i].Func = list[i].fn.name()
	}
	return list
}

// pos tells where a frame is, NoPos if that is not to be told.
//
//go:norace
func (fr *frame) pos() token.Pos {
	b := fr.b
	if b == nil || fr.code.wrapper {
		return token.NoPos
	}
	for i := min(int(fr.i), len(b.pos)-1); i >= 0; i-- {
		if b.pos[i].IsValid() {
			return b.pos[i]
		}
	}
	return token.NoPos
}

// Run runs functions without parameters on the calling goroutine, one after the other.
// What the first ones, the initializers of a cell, deferred runs at the end.
func (t *Task) Run(fs ...*ssa.Function) *Failure {
	t.p.mu.Lock()
	for _, f := range fs {
		if _, ok := t.p.cells[f.Pkg]; ok {
			t.p.cells[f.Pkg] = t
		}
	}
	t.p.mu.Unlock()
	failure := t.call(func(th *Thread) {
		th.first = true
		for _, f := range fs {
			c := t.p.fn(f).load()
			fr := c.open(th, nil)
			fr.enter()
			fr.close()
		}
	})
	for _, f := range fs {
		t.p.release(f)
	}
	return failure
}

// Call calls a function of compiled code, which may call functions of the program.
func (t *Task) Call(f func()) *Failure { return t.call(func(*Thread) { f() }) }

func (t *Task) call(f func(*Thread)) (failure *Failure) {
	th, end := t.begin()
	defer end()
	t.setFirst(th)
	defer t.setFirst(nil)
	ok := false
	defer func() {
		if ok {
			return
		}
		if r := recover(); r != nil { // else Goexit, which ends the cell
			failure = th.failure(r)
		}
	}()
	f(th)
	ok = true
	return nil
}

// failure makes a Failure of what a thread panicked with.
func (th *Thread) failure(r any) *Failure {
	th.caught(r)
	_, stopped := r.(stopPanic)
	places := th.flight.places
	if !stopped {
		places = append(compiledPlaces(th.flight.stack), places...)
	}
	return &Failure{Value: r, Places: places, Stopped: stopped, Fatal: unrecoverable(r), told: th.told, top: th.flight.top}
}

// Places tells where the first thread of a task is, innermost first. It may run on
// meanwhile: then the places are those of different moments.
//
//go:norace
func (t *Task) Places() (list []Place) {
	t.mu.Lock()
	th := t.first
	t.mu.Unlock()
	if th == nil {
		return nil
	}
	for fr := th.top; fr != nil && len(list) < innerPlaces; fr = fr.caller {
		if pos := fr.pos(); pos.IsValid() {
			list = append(list, Place{Pos: pos, fn: fr.code.fn})
		}
		if fr.code.group {
			break // the frame of the cell that called statements of its own says no more
		}
	}
	t.p.mu.Lock() // the functions were made under it
	defer t.p.mu.Unlock()
	for i := range list {
		list[i].Func = list[i].fn.name()
	}
	return list
}
