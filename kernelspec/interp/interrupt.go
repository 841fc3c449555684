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
	patience    = time.Second           // for whatever it left running
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
	if j := in.running.Load(); j != nil {
		j.cancel(cause)
		go in.press(j)
		return
	}
	for _, j := range in.routines.jobs() {
		go in.press(j)
	}
}

// Fail stops the running cell as an interrupt does, with an error of its own.
func (in *Interp) Fail(err error) { in.stop(err) }

// press signals a cell and its goroutines until they end. A cell that does not end
// soon is left behind, and whatever still runs of it is poisoned, until it waits in
// a call for good. Who comes while a cell is pressed leaves it at that.
func (in *Interp) press(j *job) {
	if j != nil {
		if !j.pressed.CompareAndSwap(false, true) {
			return
		}
		defer j.pressed.Store(false)
	}
	pause := signalPause
	for start := time.Now(); time.Since(start) < patience; time.Sleep(pause) {
		late := time.Since(start) > grace
		if late {
			pause *= 2
			in.abandon(j)
		} else if j.is(running) {
			interruptRun(j.run)
		}
		if in.routines.interrupt(j, late) == 0 && (j == nil || j.over.Load()) {
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

// abandon leaves a blocked cell behind, if it is not yet. It goes on as one of its
// goroutines: should the blocked call ever return, it ends before its next
// statement. The next cells run on another goroutine, in a scope inside the old one.
func (in *Interp) abandon(j *job) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !j.is(running) {
		return
	}
	worker := uintptr(in.worker.Load())
	in.routines.add(worker, &routine{job: j, run: j.run})
	if !j.state.CompareAndSwap(running, abandoned) {
		in.routines.remove(worker)
		return
	}
	frames := in.frames(j.run.CurrEnv)
	poison(j.run)
	in.replaceWorker()
	j.finish(Result{Err: in.panicError(base.SigInterrupt, frames, causeOf(j))})
}

// replaceWorker lets the next cells run on a new goroutine.
func (in *Interp) replaceWorker() {
	jobs, taken := make(chan *job), make(chan struct{})
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
}

// poison makes every frame of a goroutine's call stack end with its current
// statement. The goroutine may change its stack meanwhile: only poison that is
// given again until it ends is sure to work.
func poison(run *fast.Run) {
	stop := func(env *fast.Env) (fast.Stmt, *fast.Env) { panic(base.SigInterrupt) }
	env := run.CurrEnv
	for n := 0; env != nil && env.Run == run && n < maxDepth; n++ {
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
			if j.is(running) && depth(j.run) > maxDepth {
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
