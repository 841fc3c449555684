package interp

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/gls"
)

// routine is a goroutine that a cell started.
type routine struct {
	job *job
	run *fast.Run
}

// routines are the goroutines of all cells that still run, by the address that
// gomacro uses as goroutine number.
type routines struct {
	mu sync.Mutex
	m  map[uintptr]*routine
}

func (rs *routines) add(r *routine) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.m[gls.GoID()] = r
}

func (rs *routines) remove() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	delete(rs.m, gls.GoID())
}

// current returns the routine that runs the caller, nil if it is none.
func (rs *routines) current() *routine {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.m[gls.GoID()]
}

// interrupt signals the goroutines of a cell, of all cells if j is nil.
func (rs *routines) interrupt(j *job) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, r := range rs.m {
		if j == nil || r.job == j {
			if r.job != nil {
				r.job.cancel(ErrInterrupted)
			}
			interruptRun(r.run)
		}
	}
}

// Goroutines returns how many goroutines of cells run.
func (in *Interp) Goroutines() int {
	in.routines.mu.Lock()
	defer in.routines.mu.Unlock()
	return len(in.routines.m)
}

// guard wraps the function of a go statement: the goroutine is known while it
// runs, and a panic in it is reported instead of ending the process.
func (in *Interp) guard(fn reflect.Value) reflect.Value {
	j := in.jobOfCaller()
	return reflect.MakeFunc(fn.Type(), func(args []reflect.Value) []reflect.Value {
		r := &routine{job: j, run: in.currentRun()}
		in.routines.add(r)
		defer in.routines.remove()
		defer func() {
			if p := recover(); p != nil {
				in.report(r, p)
			}
		}()
		if j != nil && j.ctx.Err() != nil {
			panic(base.SigInterrupt) // its cell was stopped before it began
		}
		if fn.Type().IsVariadic() {
			return fn.CallSlice(args)
		}
		return fn.Call(args)
	})
}

// jobOfCaller returns the cell to which the calling goroutine belongs: the one
// that started it, else the one that runs.
func (in *Interp) jobOfCaller() *job {
	if r := in.routines.current(); r != nil {
		return r.job
	}
	return in.running.Load()
}

// Owner returns the owner of the cell to which the calling goroutine belongs, nil
// if there is none.
func (in *Interp) Owner() any {
	if j := in.jobOfCaller(); j != nil {
		return j.cell.Owner
	}
	return nil
}

// Call calls f, which may call methods that cells declare, such as those by which
// values show themselves. A panic or an interrupt in them is returned.
func (in *Interp) Call(f func()) (failure *Error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := &routine{run: in.currentRun()}
		in.routines.add(r)
		defer in.routines.remove()
		defer func() {
			if p := recover(); p != nil {
				failure = in.panicError(p, in.frames(r.run.CurrEnv), nil)
				r.run.CurrEnv = nil
			}
		}()
		f()
	}()
	<-done
	return failure
}

// report writes the panic of a goroutine to its cell's standard error.
func (in *Interp) report(r *routine, p any) {
	if err, ok := p.(error); p == base.SigInterrupt || ok && errors.Is(err, ErrInterrupted) {
		return
	}
	e := in.panicError(p, in.frames(r.run.CurrEnv), nil)
	w := io.Discard
	if r.job != nil && r.job.cell.Stderr != nil {
		w = r.job.cell.Stderr
	}
	fmt.Fprintln(w, "\x1b[1;31mpanic in a goroutine\x1b[0m: "+e.Value)
	for _, line := range e.Traceback[1:] {
		fmt.Fprintln(w, line)
	}
}
