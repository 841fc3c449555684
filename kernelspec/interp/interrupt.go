package interp

import (
	"context"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
)

const (
	signalPause = 2 * time.Millisecond  // between two signals to a cell that goes on
	grace       = 30 * time.Millisecond // for a cell to end before it is left behind
	maxDepth    = 200_000               // calls within calls; Go's stack ends soon after
	depthPause  = 2 * time.Millisecond
)

// Interrupt stops the running cell: its ctx is cancelled, and its code stops at
// the next statement. A cell that waits in a call which does not end is left
// behind, and its result is the interrupt. Without a running cell, goroutines
// that earlier cells left behind are stopped.
func (in *Interp) Interrupt() { in.stop(ErrInterrupted) }

// stop stops the running cell with a cause.
func (in *Interp) stop(cause error) {
	j := in.running.Load()
	if j == nil {
		in.routines.interrupt(nil)
		return
	}
	j.cancel(cause)
	go in.press(j)
}

// Fail stops the running cell as an interrupt does, with an error of its own.
func (in *Interp) Fail(err error) { in.stop(err) }

// press signals a cell until it ends, and leaves it behind if it does not.
func (in *Interp) press(j *job) {
	for start := time.Now(); !j.over.Load(); time.Sleep(signalPause) {
		if j.state.Load() == running {
			interruptRun(j.run)
		}
		in.routines.interrupt(j)
		if time.Since(start) > grace && in.abandon(j) {
			return
		}
	}
}

// interruptRun asks the goroutine of run to panic with SigInterrupt at its next
// look, which is at most 15 statements away.
func interruptRun(run *fast.Run) {
	word := (*uint32)(unsafe.Pointer(&run.Signals))
	const async = uint32(base.SigInterrupt) << 16 // third byte, little endian
	for {
		old := atomic.LoadUint32(word)
		if atomic.CompareAndSwapUint32(word, old, old&^(0xff<<16)|async) {
			return
		}
	}
}

// abandon leaves a blocked cell behind and reports whether it did. The next cells
// run on another goroutine, in a scope inside the old one; should the blocked
// call ever return, its cell ends before its next statement.
func (in *Interp) abandon(j *job) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !j.state.CompareAndSwap(running, abandoned) {
		return false
	}
	frames := in.frames(j.run.CurrEnv)
	poison(j.run.CurrEnv)
	jobs := make(chan *job)
	taken := make(chan struct{})
	go func() {
		run := in.currentRun()
		inner := fast.NewInnerInterp(in.ir, "main", "main")
		env := inner.PrepareEnv()
		env.Run = run
		in.ir, in.env, in.jobs = inner, env, jobs
		close(taken)
		in.work(jobs)
	}()
	<-taken
	interruptRun(j.run)
	j.finish(Result{Err: in.panicError(base.SigInterrupt, frames, causeOf(j))})
	return true
}

// poison makes every frame of a call stack end with its current statement.
func poison(env *fast.Env) {
	stop := func(env *fast.Env) (fast.Stmt, *fast.Env) { panic(base.SigInterrupt) }
	for n := 0; env != nil && n < maxDepth; n++ {
		code := make([]fast.Stmt, len(env.Code)+1)
		for i := range code {
			code[i] = stop
		}
		env.Code = code
		if env.Caller != nil {
			env = env.Caller
		} else {
			env = env.Outer
		}
	}
}

// causeOf returns why a cell was stopped, nil if it was not.
func causeOf(j *job) error {
	if j.ctx.Err() == nil {
		return nil
	}
	return context.Cause(j.ctx)
}

// watchDepth stops a cell that calls itself without end, before Go's own stack
// overflow ends the process. The watch begins after a while: most cells are over
// by then.
func (in *Interp) watchDepth(j *job) (stop func()) {
	var ticker atomic.Bool
	timer := time.AfterFunc(20*time.Millisecond, func() {
		for !ticker.Load() {
			if j.state.Load() == running && depth(j.run) > maxDepth {
				in.stop(errDepth)
				return
			}
			time.Sleep(depthPause)
		}
	})
	return func() { ticker.Store(true); timer.Stop() }
}

func depth(run *fast.Run) int {
	if env := run.CurrEnv; env != nil {
		return env.CallDepth
	}
	return 0
}
