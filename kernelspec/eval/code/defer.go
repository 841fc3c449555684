package code

import (
	"time"

	"golang.org/x/tools/go/ssa"
)

// deferred is what a frame deferred, and the panic that its deferred functions may
// recover.
type deferred struct {
	calls     []func(owner *frame)
	panicking bool
	value     any
	flight    *flight // with which it panics
	thrown    *flight // of the panic for which deferred functions run, recovered or not
	ended     bool    // the frame returned by itself
}

// runDeferring runs a function that defers.
func (fr *frame) runDeferring() {
	fr.defers = &deferred{}
	defer fr.unwind()
	run(fr, fr.code.entry)
	if len(fr.defers.calls) > 0 { // a cell, or bodies of range-over-func that defer
		fr.runDefers()
	}
	fr.defers.ended = true
}

// unwind runs deferred functions after a panic or Goexit. If one of them recovers, the
// function returns what its results hold.
func (fr *frame) unwind() {
	d := fr.defers
	if d.ended {
		return
	}
	th := fr.thread
	r := recover()
	th.caught(r)
	if r != nil {
		d.panic(th, r)
	}
	th.top = fr
	th.silence(r)
	fr.runAllDefers()
	switch {
	case r == nil:
		d.goOn(th) // Goexit goes on by itself, unless a deferred function panicked
	case !d.panicking && fr.code.recover != nil:
		run(fr, fr.code.recover)
	}
	th.top = fr.caller
}

// goOn panics on with what was not recovered. It is called when the frame has returned, so
// that the stack of a deep recursion unwinds call by call.
func (d *deferred) goOn(th *Thread) {
	if d.panicking {
		v := d.value
		th.flight = d.flight // deferred calls of compiled code know nothing of it
		d.panicking, d.value, d.flight = false, nil, nil
		panic(v)
	}
}

// panic notes a panic that the frame's deferred functions may recover.
func (d *deferred) panic(th *Thread, value any) {
	d.panicking, d.value, d.flight, d.thrown = true, value, th.flight, th.flight
}

// quietTime is how long the deferred functions of a stopped thread may take.
const quietTime = 100 * time.Millisecond

// silence lets the deferred functions of a stopped thread run, for a while: they close
// files and unlock.
func (th *Thread) silence(r any) {
	if _, ok := r.(stopPanic); ok && th.quiet.CompareAndSwap(false, true) {
		time.AfterFunc(quietTime, func() { th.quiet.Store(false) })
	}
}

// runDefers runs what a frame deferred, last first. Each may panic anew or recover.
func (fr *frame) runDefers() {
	fr.runAllDefers()
	fr.defers.goOn(fr.thread)
}

func (fr *frame) runAllDefers() {
	d := fr.defers
	for n := len(d.calls); n > 0; n = len(d.calls) {
		if _, exits := d.value.(ExitCode); exits && d.panicking {
			d.calls = nil // as in a program that ends
			return
		}
		call := d.calls[n-1]
		d.calls[n-1] = nil
		d.calls = d.calls[:n-1]
		fr.runDeferred(call)
	}
}

func (fr *frame) runDeferred(call func(owner *frame)) {
	ok := false
	defer func() {
		if ok {
			return
		}
		if r := recover(); r != nil {
			th := fr.thread
			th.flight = nil
			th.caught(r)
			th.top = fr
			fr.defers.panic(th, r)
		}
	}()
	call(fr)
	fr.thread.top = fr
	fr.defers.thrown = fr.defers.flight
	ok = true
}

// recovered is what recover returns in a frame.
func (fr *frame) recovered() any {
	o := fr.owner
	if o == nil || !o.defers.panicking || unrecoverable(o.defers.value) {
		return nil
	}
	v := o.defers.value
	o.defers.panicking, o.defers.value, o.defers.flight = false, nil, nil
	fr.thread.flight = nil
	return v
}

// pushDefer adds a deferred call to a frame.
func (fr *frame) pushDefer(call func(owner *frame)) {
	if fr.defers == nil {
		fr.defers = &deferred{}
	}
	fr.defers.calls = append(fr.defers.calls, call)
}

// deferCall compiles a defer statement.
func (c *compiler) deferCall(in *ssa.Defer) op {
	prepare := c.prepare(&in.Call)
	switch {
	case in.DeferStack != nil:
		s := c.off(in.DeferStack)
		return func(fr *frame) {
			call := prepare(fr)
			o := (*frame)(*reg[ptr](fr, s))
			o.pushDefer(func(owner *frame) { call(owner.thread, owner, owner) })
		}
	case c.code.group:
		return func(fr *frame) {
			call := prepare(fr)
			fr.cellFrame().pushDefer(func(owner *frame) { call(owner.thread, owner, owner) })
		}
	}
	return func(fr *frame) {
		call := prepare(fr)
		fr.pushDefer(func(owner *frame) { call(owner.thread, owner, owner) })
	}
}

// cellFrame returns the frame of the cell whose statements a frame runs.
func (fr *frame) cellFrame() *frame {
	for !fr.code.cell && fr.caller != nil {
		fr = fr.caller
	}
	return fr
}

// goCall compiles a go statement.
func (c *compiler) goCall(in *ssa.Go) op {
	prepare := c.prepare(&in.Call)
	return func(fr *frame) {
		call, t := prepare(fr), fr.thread.task
		t.starting()
		go t.runGoroutine(func(th *Thread) { call(th, nil, nil) })
	}
}

// starting counts a goroutine before it runs, so that maps are guarded from then on.
func (t *Task) starting() { live.Add(1) }

// runGoroutine runs a goroutine of the task. A failure of it is reported.
func (t *Task) runGoroutine(f func(*Thread)) {
	th, end := t.begin()
	live.Add(-1)
	defer end()
	ok := false
	defer func() {
		if ok {
			return
		}
		r := recover()
		if r == nil {
			return // Goexit
		}
		if _, stopped := r.(stopPanic); !stopped {
			th.tell(r)
		}
	}()
	f(th)
	ok = true
}
