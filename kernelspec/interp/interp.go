// Package interp runs the cells of a notebook in gomacro's Go interpreter: it
// rewrites what gomacro cannot do, stops what runs too long, says where errors
// are, and answers questions about names while cells run.
//
// A cell is parsed by gomacro, its syntax tree is rewritten here, compiled by
// gomacro to closures and run on one goroutine that belongs to the interpreter.
// No file of gomacro is changed.
package interp

import (
	"context"
	"errors"
	"go/build"
	"io"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"axn/kernelspec/godoc"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/gls"
	"github.com/cosmos72/gomacro/xreflect"
)

// The type tables of gomacro would ask the go command about every package they
// meet, 100 ms each. Without a GOROOT they read the types by reflection instead.
func init() { build.Default.GOROOT = "/nonexistent" }

// ErrInterrupted is the cause of a cell's context when the user stops the cell.
var ErrInterrupted = errors.New("interrupted")

// Cell is one piece of code to run.
type Cell struct {
	Name   string // such as "cell[7]", names the code in errors
	Code   string
	Stderr io.Writer // takes what goroutines of the cell report after it ended
	Stdout io.Writer // takes what goroutines of the cell print after it ended

	Owner any // whatever the caller wants to find again by Interp.Owner

	// Context, if set, prepares the context that the cell sees as ctx.
	Context func(context.Context) context.Context
}

// Result is what the last expression of a cell gave: its values with their
// interpreted types, or an error. No values: the cell ends in no expression.
type Result struct {
	Values []any
	Types  []xreflect.Type
	Err    *Error
}

// Interp is an interpreter with the names that its cells have declared. Run is
// called for one cell at a time; the other methods at any time.
type Interp struct {
	jobs    chan *job
	running atomic.Pointer[job]
	worker  atomic.Uint64 // address of the goroutine that runs cells, as gomacro numbers them

	mu   sync.Mutex // held while anything is compiled or looked up
	ir   *fast.Interp
	env  *fast.Env  // of ir
	grab func() any // returns the *fast.Run of the calling goroutine

	docs        *godoc.Archive
	predeclared map[string]*fast.Bind

	ctx      xreflect.Value // the predeclared variable
	sources  *sources
	routines routines
}

// New returns an interpreter that knows some documentation. prepare is called
// once, on its goroutine, to declare more names; it may be nil.
func New(docs *godoc.Archive, prepare func(*fast.Interp)) *Interp {
	in := &Interp{jobs: make(chan *job), docs: docs, sources: newSources(), routines: routines{m: map[uintptr]*routine{}}}
	ready := make(chan struct{})
	go func() {
		in.start(prepare)
		close(ready)
		in.work(in.jobs)
	}()
	<-ready
	return in
}

// start makes the interpreter proper. It runs on the goroutine that runs cells:
// gomacro keeps its state per goroutine.
func (in *Interp) start(prepare func(*fast.Interp)) {
	in.override()
	ir := fast.New()
	c := ir.Comp
	c.Universe.Importer = &xreflect.Importer{}
	c.Stdout, c.Stderr = io.Discard, io.Discard // warnings about names declared again
	c.Options &^= base.OptShowPrompt | base.OptTrapPanic | base.OptModuleImport
	in.ir = ir
	in.declareBuiltins()
	in.declareGenerics()
	in.declareContext()
	in.declareMagics()
	if prepare != nil {
		prepare(ir)
	}
	in.grab = in.grabber()
	in.predeclared = snapshot(ir.Comp).binds
	in.env = ir.PrepareEnv()
}

// declareContext declares ctx, which every cell finds set anew.
func (in *Interp) declareContext() {
	t := in.ir.Comp.Universe.FromReflectType(reflect.TypeFor[context.Context]())
	in.ir.DeclVar("ctx", t, context.Background())
	in.ctx = in.ir.ValueOf("ctx")
}

// job is a cell on its way through the interpreter.
type job struct {
	cell    *Cell
	cancel  context.CancelCauseFunc
	ctx     context.Context
	done    chan Result // gets one result, from the worker or from whoever leaves the cell behind
	over    atomic.Bool // the result is sent
	run     *fast.Run   // of the goroutine that runs the cell; set before running
	state   atomic.Int32
	pressed atomic.Bool // press is at work
	timed   time.Time   // when a timed statement began
}

// States of a job.
const (
	compiling = iota
	running
	finished
	abandoned
)

// is reports whether a job is in a state; no job, nil, is in none.
func (j *job) is(state int32) bool { return j != nil && j.state.Load() == state }

// finish sends the result unless one was sent.
func (j *job) finish(r Result) {
	if j.over.CompareAndSwap(false, true) {
		j.done <- r
	}
}

// Run runs a cell and returns what it gave.
func (in *Interp) Run(cell *Cell) Result {
	ctx, cancel := context.WithCancelCause(context.Background())
	if cell.Context != nil {
		ctx = cell.Context(ctx)
	}
	j := &job{cell: cell, ctx: ctx, cancel: cancel, done: make(chan Result, 1)}
	in.running.Store(j)
	defer in.running.CompareAndSwap(j, nil)
	stop := in.watchDepth(j)
	defer stop()
	in.jobs <- j
	return <-j.done
}

// work runs jobs until one of them is left behind: then another goroutine has
// taken over jobs, and this one ends when its cell does.
func (in *Interp) work(jobs chan *job) {
	in.worker.Store(uint64(gls.GoID()))
	for j := range jobs {
		r := in.runJob(j)
		if cause := causeOf(j); r.Err == nil && cause != nil {
			r = Result{Err: in.panicError(cause, nil, cause)} // it ended because it was stopped
		}
		if !j.state.CompareAndSwap(running, finished) && j.is(abandoned) {
			in.routines.end(j.run)
			return
		}
		j.finish(r)
	}
}
