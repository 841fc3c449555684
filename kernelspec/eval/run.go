package eval

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"axn/kernelspec/eval/code"

	"golang.org/x/tools/go/ssa"
)

// job is a cell on its way.
type job struct {
	s      *Session
	cell   *Cell
	task   *code.Task
	ctx    context.Context
	cancel context.CancelCauseFunc
	values atomic.Pointer[[]any] // of the last expression
	began  atomic.Bool           // its code runs
	over   atomic.Bool           // the result is sent
	done   chan Result
}

// jobs are cells whose goroutines may still run.
type jobs struct {
	mu sync.Mutex
	m  map[*job]bool
}

// Run runs a cell and returns what it gave.
func (s *Session) Run(cell *Cell) Result {
	j := s.newJob(cell)
	j.task.Stuck = j.stuck
	s.running.Store(j)
	s.program.Running(j.task)
	defer s.running.CompareAndSwap(j, nil)
	run, err := s.compile(j)
	if err != nil {
		return Result{Err: err}
	}
	j.began.Store(true)
	if cell.Stopped != nil && cell.Stopped() {
		j.cancel(ErrInterrupted)
	}
	if j.ctx.Err() != nil {
		return Result{Err: j.stopped()}
	}
	go j.execute(run)
	return <-j.done
}

func (s *Session) newJob(cell *Cell) *job {
	j := &job{s: s, cell: cell, done: make(chan Result, 1)}
	j.ctx, j.cancel = context.WithCancelCause(context.Background())
	if cell.Context != nil {
		j.ctx = cell.Context(j.ctx)
	}
	j.task = s.program.NewTask(j, j.report)
	return j
}

// compile makes a cell ready to run: it returns the initializers of its parts, and main.
// When it fails, only the cell's imports stay.
func (s *Session) compile(j *job) (run []*ssa.Function, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = &Error{Kind: CompileError, Value: fmt.Sprintf("the evaluator cannot compile this cell, which is a fault of the evaluator: %v", r)}
		}
	}()
	s.number++
	src := newSource(s.fset, j.cell.Name, j.cell.Code)
	src.stops = j.cell.Stops
	s.sources[j.cell.Name] = src
	unit := s.check(src, false)
	if err := unit.refused(); err != nil {
		return nil, err
	}
	for _, p := range unit.Parts {
		orderCalls(p)
		pkg := s.program.Build(p.Package, p.files, p.Info, p.part.groups)
		s.accept(unit, p)
		run = append(run, pkg.Func("init"))
		if main := pkg.Func("main"); main != nil && unit.program {
			run = append(run, main)
		}
	}
	for _, f := range unit.left {
		f.stale = true
	}
	s.context = j.ctx
	j.tell(unit.notes)
	return run, nil
}

// refused makes an error of a unit's problems.
func (u *Unit) refused() *Error {
	if len(u.Problems) == 0 {
		return nil
	}
	kind := CompileError
	if u.syntax {
		kind = SyntaxError
	}
	list := u.Problems
	value := list[0].Message
	if len(list) > maxProblems {
		list = list[:maxProblems]
	}
	if more := len(u.Problems) - 1; more > 0 {
		value = fmt.Sprintf("%s (and %d more)", value, more)
	}
	return &Error{Kind: kind, Value: value, Problems: list}
}

// accept takes the names of a part into the session. A variable declared again with the
// same type keeps its place, so functions that use it see the new value; a function
// declared again with the same signature is called in the place of the older one. (ctx, which
// each cell sets, keeps its own place when a cell declares another one.)
func (s *Session) accept(u *Unit, p *Part) {
	scope := p.Package.Scope()
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if obj.Pkg() != p.Package || strings.Contains(name, hidden) {
			continue
		}
		switch obj := obj.(type) {
		case *types.Var:
			if old, ok := s.objects[name].(*types.Var); ok && types.Identical(old.Type(), obj.Type()) {
				s.program.Share(obj, old)
			}
		case *types.Func:
			if old, ok := s.objects[name].(*types.Func); ok && types.Identical(old.Type(), obj.Type()) && old.Signature().TypeParams().Len() == 0 {
				s.program.Redirect(old, obj)
			}
		}
		s.objects[name] = obj
		delete(s.imports, name)
	}
	s.wrote(p.part.types)
	s.note(u, p)
	maps.Copy(s.bodiless, p.bodiless)
	s.keepInstances(p.Info)
	for f := range p.flows() {
		if !slices.Contains(s.flows, f) {
			s.flows = append(s.flows, f)
		}
	}
	for _, m := range p.part.late {
		if m.replaced != nil {
			s.program.Redirect(m.replaced, m.obj)
		}
		s.program.Renew(m.named)
	}
	s.declared(u, p)
}

// tell prints what the user should know before the cell runs.
func (j *job) tell(notes []string) {
	if j.cell.Stderr == nil {
		return
	}
	if len(notes) > maxProblems {
		notes = append(notes[:maxProblems:maxProblems], fmt.Sprintf("and %d more", len(notes)-maxProblems))
	}
	for _, note := range notes {
		fmt.Fprintln(j.cell.Stderr, "note: "+note)
	}
}

// execute runs a compiled cell on the calling goroutine, which may end by Goexit.
func (j *job) execute(run []*ssa.Function) {
	defer j.leave()
	failure := j.task.Run(run...)
	r := Result{}
	if values := j.values.Swap(nil); values != nil {
		r.Values = *values
	}
	switch {
	case failure != nil:
		r = Result{Err: j.failed(failure)}
		j.s.buried(failure)
	case j.ctx.Err() != nil:
		r = Result{Err: j.stopped()} // it ended because it was stopped
	}
	j.finish(r)
}

// leave ends a cell whose goroutine ends, by Goexit if no result was sent. Like a program, it
// fails if no other goroutine is left.
func (j *job) leave() {
	if !j.over.Load() {
		time.Sleep(grace) // goroutines may be about to begin
	}
	if j.over.Load() || j.task.Live() > 0 {
		j.finish(Result{})
		return
	}
	j.finish(Result{Err: &Error{Kind: Failed, Value: "the cell called runtime.Goexit, and no goroutine of it is left"}})
}

// finish sends the result unless one was sent.
func (j *job) finish(r Result) {
	if !j.over.CompareAndSwap(false, true) {
		return
	}
	if r.Err != nil && r.Err.Kind == Exit && r.Err.Cause == 0 {
		r.Err = nil
	}
	if j.task.Live() > 0 {
		j.s.left.add(j)
	}
	j.done <- r
}

func (js *jobs) put(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.m[j] = true
}

// add adds a cell, and lets go of those that have ended.
func (js *jobs) add(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	for other := range js.m {
		if other.task.Live() == 0 {
			delete(js.m, other)
		}
	}
	js.m[j] = true
}

func (js *jobs) remove(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	delete(js.m, j)
}

func (js *jobs) list() []*job {
	js.mu.Lock()
	defer js.mu.Unlock()
	var list []*job
	for j := range js.m {
		list = append(list, j)
	}
	return list
}

// failed makes an error of what a cell panicked with.
func (j *job) failed(f *code.Failure) *Error {
	if f.Stopped || j.ctx.Err() != nil && errors.Is(context.Cause(j.ctx), ErrInterrupted) {
		e := j.stopped()
		if len(e.Frames) == 0 {
			e.Frames = j.s.frames(f.Places)
		}
		return e
	}
	e := &Error{Kind: Panic, Value: j.s.ofOlder(f.Text()), Frames: j.s.frames(f.Places), Cause: f.Value}
	if n, ok := f.Value.(code.ExitCode); ok {
		e.Kind, e.Value, e.Cause = Exit, fmt.Sprintf("exit status %d", int(n)), int(n)
	}
	return e
}

// stopped is the error of a cell that was stopped.
func (j *job) stopped() *Error {
	cause := context.Cause(j.ctx)
	if e, ok := cause.(*Error); ok {
		own := *e
		return &own
	}
	if cause == nil || errors.Is(cause, ErrInterrupted) {
		return &Error{Kind: Interrupted, Value: "the cell was stopped; its variables keep their values", Cause: ErrInterrupted}
	}
	return &Error{Kind: Failed, Value: cause.Error(), Cause: cause}
}

// frames translates the places of a failure.
func (s *Session) frames(places []code.Place) (list []Frame) {
	for _, p := range places {
		if !p.Pos.IsValid() {
			list = append(list, Frame{Func: p.Func})
			continue
		}
		f := frameAt(s.fset.PositionFor(p.Pos, false))
		if f.Line == 0 {
			continue
		}
		f.Func = plain(p.Func)
		list = append(list, f)
	}
	return list
}

// report tells the panic of a goroutine on its cell's standard error. On a goroutine of
// compiled code, and where recover would not help in Go, it is the failure of the cell, if
// that runs.
func (j *job) report(f *code.Failure) {
	if f.Stopped {
		return
	}
	e := j.failed(f)
	if (f.Foreign || f.Fatal) && !j.over.Load() {
		j.stop(e)
		return
	}
	if e.Kind == Exit {
		j.task.Stop() // what the cell left behind is its program
		return
	}
	if j.cell.Stderr == nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s in a goroutine: %s\n", e.Kind, e.Value)
	for _, fr := range e.Frames {
		fmt.Fprintf(&b, "\t%s %s\n", fr, fr.Func)
	}
	fmt.Fprint(j.cell.Stderr, b.String())
}

// Output returns where goroutines of the cell write what they write to a standard
// stream; nil if that is the stream itself.
func (j *job) Output(f *os.File) io.Writer {
	switch {
	case j == j.s.running.Load():
	case f == os.Stdout && j.cell.Stdout != nil:
		return j.cell.Stdout
	case f == os.Stderr && j.cell.Stderr != nil:
		return j.cell.Stderr
	}
	return nil
}

// stuck tells that the cell seems to wait for itself.
func (j *job) stuck() {
	if w := j.cell.Stderr; w != nil && !j.over.Load() {
		fmt.Fprintln(w, "all goroutines of this cell are blocked: if no timer, server or other cell wakes one, interrupt the cell to go on")
	}
}

// grace is how long a stopped cell has to end by itself before it is left behind.
const grace = 30 * time.Millisecond

// Interrupt stops the running cell: its ctx is cancelled, and its code stops at the next
// loop or call. A cell that waits in compiled code is left behind, and its result is the
// interrupt. Without a running cell, goroutines that earlier cells left are stopped.
func (s *Session) Interrupt() { s.stop(ErrInterrupted) }

// Fail stops the running cell as an interrupt does, with an error of its own.
func (s *Session) Fail(err error) { s.stop(err) }

func (s *Session) stop(cause error) {
	for _, j := range s.asked.list() {
		j.stop(cause)
	}
	if j := s.running.Load(); j != nil {
		j.stop(cause)
		return
	}
	for _, j := range s.left.list() {
		j.stop(cause)
	}
	s.program.StopForeign()
}

// stop stops a cell that runs.
func (j *job) stop(cause error) {
	j.cancel(cause)
	j.task.Stop()
	time.AfterFunc(grace, func() {
		if !j.over.Load() && j.began.Load() {
			e := j.stopped()
			if len(e.Frames) == 0 {
				e.Frames = j.s.frames(j.task.Places())
			}
			j.finish(Result{Err: e})
		}
	})
}

// Goroutines returns how many goroutines of cells run.
func (s *Session) Goroutines() int {
	n := 0
	for _, j := range s.left.list() {
		n += j.task.Live()
	}
	return n
}

// jobOfCaller returns the cell to which the calling goroutine belongs: the one that
// started it, else the one that runs.
func (s *Session) jobOfCaller() *job {
	if t := code.Current(); t != nil {
		if j, ok := t.Owner.(*job); ok {
			return j
		}
	}
	return s.running.Load()
}

// Owner returns the owner of the cell to which the calling goroutine belongs, nil if
// there is none.
func (s *Session) Owner() any {
	if j := s.jobOfCaller(); j != nil {
		return j.cell.Owner
	}
	return nil
}

// Call calls f, which shows values and may call methods that cells declare for that.
// Goroutines of cells change no map meanwhile. A panic or an interrupt in f is returned.
func (s *Session) Call(f func()) *Error {
	cell := &Cell{}
	if running := s.jobOfCaller(); running != nil {
		cell.Stdout, cell.Stderr, cell.Owner = running.cell.Stdout, running.cell.Stderr, running.cell.Owner
	}
	j := s.newJob(cell)
	s.running.CompareAndSwap(nil, j)
	defer s.running.CompareAndSwap(j, nil)
	return j.call(func() {
		defer code.HoldMaps()()
		f()
	})
}

// CallAs calls f, which may call functions of cells, as if cell ran: what they print and
// report goes to its streams. A panic or an interrupt in them is returned. ctx is done when
// f is interrupted: alone, or with the cell that runs.
func (s *Session) CallAs(cell *Cell, f func(ctx context.Context)) *Error {
	j := s.newJob(cell)
	if runs := s.jobOfCaller(); runs != nil {
		defer context.AfterFunc(runs.ctx, func() { j.stop(context.Cause(runs.ctx)) })()
	}
	s.asked.put(j)
	defer s.asked.remove(j)
	return j.call(func() {
		s.left.add(j)
		f(j.ctx)
	})
}

// call calls f for a job, on a goroutine that the job may end.
func (j *job) call(f func()) *Error {
	j.began.Store(true)
	go func() {
		defer j.finish(Result{}) // also after Goexit
		if failure := j.task.Call(f); failure != nil {
			j.finish(Result{Err: j.failed(failure)})
		}
	}()
	r := <-j.done
	return r.Err
}
