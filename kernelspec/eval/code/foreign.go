package code

import (
	"runtime"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/tools/go/ssa"
)

// Compiled code calls functions of cells also on goroutines of its own: workers of
// optimize.Minimize, timers, handlers of servers, subtests. Such a goroutine is a thread
// for the length of the call. It belongs to the cell that started it, as the label tells
// which goroutines hand on to those that they start. A panic, which would end the process
// there, is the cell's; the function returns zeros.

// label is what a goroutine carries for package runtime/pprof, which sees the list only.
type label struct {
	list []struct{ key, value string }
	task *Task
}

var labelKey = "axn"

func newLabel(t *Task) *label {
	return &label{[]struct{ key, value string }{{labelKey, "cell"}}, t}
}

// descent returns the task whose goroutines led to the calling one, nil if none did.
func descent() *Task {
	l := (*label)(getLabel())
	if l == nil || len(l.list) != 1 || unsafe.StringData(l.list[0].key) != unsafe.StringData(labelKey) {
		return nil
	}
	return l.task
}

// foreign returns the task for which compiled code calls a function on a goroutine of its
// own: the cell that runs if it made the function, else the one that started the goroutine
// or made the function. made is nil if the function has no free variables.
func (fn *Func) foreign(made *Task) *Task {
	p := fn.p
	runs := p.running.Load()
	if made == nil && fn.f.Parent() != nil {
		made = p.cell(fn.f.Pkg)
	}
	switch by := descent(); {
	case made != nil && made == runs:
		return made
	case by != nil:
		return by
	case made != nil:
		return made
	case runs != nil && !runs.Halted():
		return runs
	}
	return p.idleTask(runs)
}

// cell returns the task that ran a package of a cell.
func (p *Program) cell(pkg *ssa.Package) *Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cells[pkg]
}

// Running makes a task that of the cell that runs.
func (p *Program) Running(t *Task) { p.running.Store(t) }

// idleTask returns a task for what compiled code calls after the last cell was stopped.
func (p *Program) idleTask(last *Task) *Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil || p.idle.Halted() {
		p.idle = p.NewTask(nil, nil)
		if last != nil {
			p.idle.Owner, p.idle.report = last.Owner, last.report
		}
	}
	return p.idle
}

// StopForeign stops what compiled code has called on its own after the last cell.
func (p *Program) StopForeign() {
	p.mu.Lock()
	t := p.idle
	p.mu.Unlock()
	if t != nil {
		t.Stop()
	}
}

// patience is how long functions of a stopped task return zeros to goroutines of compiled
// code, which may end by that. Then the goroutines are ended.
const patience = 50 * time.Millisecond

// finishAlone runs a frame on a goroutine of compiled code, which is a thread meanwhile.
func (nf *frame) finishAlone() {
	t := nf.thread.task
	failure := nf.enterAlone()
	if failure == nil {
		return
	}
	for _, r := range nf.code.results {
		r.value(nf).SetZero()
	}
	caller := callerAlone()
	switch {
	case caller == passesOn:
		panic(failure.Value)
	case failure.Stopped, failure.told:
	case t.report != nil && !isAbort(failure.Value):
		failure.Foreign = caller != recovers
		t.report(failure)
	}
	if caller == recovers || caller == unknown && t.haltedFor() > patience && descent() != nil {
		runtime.Goexit()
	}
}

// enterAlone runs a frame as a thread and returns how it failed.
func (nf *frame) enterAlone() (failure *Failure) {
	th, end := nf.thread.task.begin()
	defer end()
	nf.thread = th
	ok := false
	defer func() {
		if ok {
			return
		}
		if r := recover(); r != nil { // else Goexit, which ends the goroutine
			failure = th.failure(r)
		}
	}()
	nf.enter()
	ok = true
	return nil
}

// alone says what becomes of a panic on a goroutine of compiled code.
type alone int

const (
	unknown  alone = iota
	passesOn       // it takes the panic to who waits for it
	recovers       // it reports the panic and ends what it did, as it does after Goexit
	goesOn         // it takes Goexit for an error that ends the process
)

// callers are functions that are at the bottom of goroutines of compiled code.
var callers = map[string]alone{
	"iter.Pull[...].func1":                   passesOn,
	"iter.Pull2[...].func1":                  passesOn,
	"net/http.(*conn).serve":                 recovers,
	"net/http.(*http2serverConn).runHandler": recovers,
	"axn/kernelspec/magic.guard":             passesOn,
	"testing.tRunner":                        goesOn,
	"runtime.runFinalizers":                  goesOn,
	"runtime.runCleanups":                    goesOn,
}

// callerAlone looks for such a function below the calling one.
func callerAlone() alone {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if a, ok := callers[f.Function]; ok {
			return a
		}
	}
	return unknown
}

// isAbort reports whether a handler of package net/http means to break off.
func isAbort(v any) bool {
	err, ok := v.(error)
	return ok && strings.HasSuffix(err.Error(), "net/http: abort Handler")
}
