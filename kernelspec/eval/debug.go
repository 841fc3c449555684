package eval

import (
	"go/types"
	"reflect"
	"slices"

	"axn/kernelspec/eval/code"
)

// What a debugger sees of the cells.
type (
	Debugger  = code.Debugger // is asked at stops
	Stop      = code.Stop     // a place before a statement
	Goroutine = code.Thread   // one that runs code of cells
	Call      = code.Call     // a call that a goroutine is in
	Local     = code.Local    // a variable of a call
)

// Attach says who is asked at the stops of cells that run with Cell.Stops; nil for nobody.
func (s *Session) Attach(d Debugger) { s.program.SetDebugger(d) }

// Threads returns the goroutines of the running cell, in no order.
func (s *Session) Threads() []*Goroutine {
	if j := s.running.Load(); j != nil {
		return j.task.Threads()
	}
	return nil
}

// Hold has the goroutines of the running cell ask the debugger at their next loop or call;
// after Release they run on.
func (s *Session) Hold() {
	if j := s.running.Load(); j != nil {
		j.task.Hold()
		s.held.Store(j)
	}
}

// Release lets the goroutines run on that Hold holds.
func (s *Session) Release() {
	if j := s.held.Swap(nil); j != nil {
		j.task.Release()
	}
}

// Place returns where a call is.
func (s *Session) Place(c Call) Frame {
	f := frameAt(s.fset.PositionFor(c.Pos, false))
	f.Func = plain(c.Func)
	return f
}

// DeclareCopy declares a variable for all cells, with a copy of a value. A variable of that
// name and type gets the value.
func (s *Session) DeclareCopy(name string, t types.Type, v reflect.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.lookup(name).(*types.Var); ok && types.Identical(old.Type(), t) {
		s.program.Variable(old).Set(v)
		return
	}
	place := reflect.New(v.Type())
	place.Elem().Set(v)
	pkg := types.NewPackage("main", "main")
	obj := types.NewVar(0, pkg, name, t)
	pkg.Scope().Insert(obj)
	s.program.Provide(pkg, nil, map[string]reflect.Value{name: place})
	s.objects[name] = obj
	delete(s.imports, name)
	s.forgetOriginal(name)
	s.number++
}

// PostMortem is what is left of the last cell that failed with a panic.
type PostMortem struct {
	Value  any     // of the panic
	Frames []Frame // where it panicked, innermost first
	Calls  []Call  // in which it was, innermost first; nil if none had stops
}

// PostMortem returns what is left of the last cell that failed with a panic, nil if none did.
func (s *Session) PostMortem() *PostMortem { return s.dead.Load() }

// buried keeps what PostMortem returns.
func (s *Session) buried(f *code.Failure) {
	if f.Stopped || f.Fatal {
		return
	}
	dead := &PostMortem{Value: f.Value, Frames: s.frames(f.Places), Calls: f.Calls()}
	if !slices.ContainsFunc(dead.Calls, Call.Stops) {
		dead.Calls = nil // they would keep alive what nobody can see
	}
	s.dead.Store(dead)
}

// Goroutine returns the calling goroutine, nil if it runs no code of cells.
func (s *Session) Goroutine() *Goroutine { return code.CurrentThread() }

// PanicText returns the text that Go gives to a panic.
func PanicText(value any) string { return (&code.Failure{Value: value}).Text() }
