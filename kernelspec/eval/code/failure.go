package code

import (
	"fmt"
	"go/token"
	"reflect"
	"runtime"

	"golang.org/x/tools/go/ssa"
)

// Failure is how a task, or a goroutine of it, failed.
type Failure struct {
	Value   any     // what it panicked with
	Places  []Place // where, innermost first
	Stopped bool    // it was stopped
	Fatal   bool    // Go would have ended the process: cells cannot recover it
	Foreign bool    // on a goroutine of compiled code, which it would have ended the process with
}

// Place is a place in a function.
type Place struct {
	Pos  token.Pos
	Func string // empty at the top of a cell
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

// flight is a panic on its way, with the places where it began.
type flight struct{ places []Place }

// caught notes the places of a panic where it is first seen.
func (th *Thread) caught() {
	th.guard.end()
	th.unblocked()
	if th.flight == nil {
		th.flight = &flight{th.places()}
	}
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
	for fr := th.top; fr != nil && walk > 0; fr = fr.caller {
		walk--
		if fr.b == nil || fr.code.wrapper {
			continue
		}
		pos := token.NoPos
		for i := min(int(fr.i), len(fr.b.pos)-1); i >= 0 && !pos.IsValid(); i-- {
			pos = fr.b.pos[i]
		}
		if pos.IsValid() {
			if len(list) == innerPlaces+outerPlaces {
				list = append(list[:innerPlaces], list[innerPlaces+1:]...)
			}
			list = append(list, Place{pos, fr.code.fn.name()})
		}
	}
	return list
}

// Run runs functions without parameters on the calling goroutine, one after the other.
// What the first ones, the initializers of a cell, deferred runs at the end.
func (t *Task) Run(fs ...*ssa.Function) *Failure {
	return t.call(func(th *Thread) {
		for _, f := range fs {
			c := t.p.fn(f).load()
			fr := c.open(th, nil)
			fr.enter()
			fr.close()
		}
	})
}

// Call calls a function of compiled code, which may call functions of the program.
func (t *Task) Call(f func()) *Failure { return t.call(func(*Thread) { f() }) }

func (t *Task) call(f func(*Thread)) (failure *Failure) {
	th, end := t.begin()
	defer end()
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
	th.caught()
	_, stopped := r.(stopPanic)
	return &Failure{Value: r, Places: th.flight.places, Stopped: stopped, Fatal: unrecoverable(r)}
}

// Places tells where the first thread of a task is. It may run on meanwhile.
func (t *Task) Places() []Place { return nil }
