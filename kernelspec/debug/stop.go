package debug

import (
	"errors"

	"axn/kernelspec/eval"
)

// stop is where a goroutine has stopped.
type stop struct {
	th     *eval.Goroutine
	number int           // by which front ends know it
	value  any           // with which it panics
	calls  []eval.Call   // of a post mortem; else those of the goroutine
	gone   chan struct{} // closed when it goes on
}

// mode says how far a step goes.
type mode int

const (
	over mode = iota // to the next line of the function, or of its caller
	in               // to the next line anywhere
	out              // to the caller
)

// step is a step of a goroutine on its way.
type step struct {
	th    *eval.Goroutine
	mode  mode
	depth int
	call  any
	place place
}

// ends reports whether a step is done at a stop.
func (s *step) ends(th *eval.Goroutine, at *eval.Stop) bool {
	if th != s.th {
		return false
	}
	depth, call := th.Depth()
	moved := s.place != place{at.Cell, at.Line}
	switch {
	case depth < s.depth:
		return true
	case s.mode == out:
		return false
	case depth == s.depth && call == s.call:
		return moved
	}
	return s.mode == in
}

// Reached is called by a goroutine at a stop.
func (d *Debugger) Reached(th *eval.Goroutine, at *eval.Stop) {
	if d.pausing.CompareAndSwap(true, false) {
		d.stopHere(th, object{"reason": "pause"}, nil)
		return
	}
	if s := d.step.Load(); s != nil && s.ends(th, at) {
		d.stopHere(th, object{"reason": "step"}, nil)
		return
	}
	b := (*d.lines.Load())[place{at.Cell, at.Line}]
	if b == nil || at.Minor {
		return
	}
	if stops, text := d.holds(b, th); stops {
		body := object{"reason": "breakpoint", "hitBreakpointIds": []int{b.id}}
		if text != "" {
			body["text"] = text
		}
		d.stopHere(th, body, nil)
	}
}

// Panicked is called by a goroutine that panics.
func (d *Debugger) Panicked(th *eval.Goroutine, value any) {
	d.mu.Lock()
	panics := d.panics
	d.mu.Unlock()
	if panics {
		d.stopHere(th, object{"reason": "exception", "text": d.panicText(value)}, &stop{value: value})
	}
}

// panicText returns the text of a panic, for which methods of cells may be called.
func (d *Debugger) panicText(value any) (text string) {
	if failed := d.Session.Ask(func() { text = eval.PanicText(value) }); failed != nil {
		return failed.Value
	}
	return text
}

// PostMortem stops the calling goroutine and shows the calls of one that has panicked in the
// place of its own, until it is to go on. It returns at once, false, if nobody is attached.
func (d *Debugger) PostMortem(dead *eval.PostMortem) bool {
	if !d.isAttached() {
		return false
	}
	d.stopHere(d.Session.Goroutine(), object{"reason": "exception", "text": d.panicText(dead.Value)}, &stop{value: dead.Value, calls: dead.Calls})
	return true
}

// Held is called by a goroutine of a cell of which another goroutine has stopped, or that
// is to pause.
func (d *Debugger) Held(th *eval.Goroutine) {
	if d.pausing.CompareAndSwap(true, false) {
		d.stopHere(th, object{"reason": "pause"}, nil)
		return
	}
	d.mu.Lock()
	s := d.stop
	d.mu.Unlock()
	if s != nil {
		wait(th, s)
	}
}

// wait waits until a stop is over, or the goroutine is to end; it reports which.
func wait(th *eval.Goroutine, s *stop) (over bool) {
	select {
	case <-s.gone:
		return true
	case <-th.Task().Done():
		return false
	}
}

// stopHere stops the calling goroutine until it is to go on. Goroutines stop one after the
// other.
func (d *Debugger) stopHere(th *eval.Goroutine, body object, s *stop) {
	if s == nil {
		s = &stop{}
	}
	s.th, s.gone = th, make(chan struct{})
	d.mu.Lock()
	for d.stop != nil {
		other := d.stop
		d.mu.Unlock()
		if !wait(th, other) {
			return
		}
		d.mu.Lock()
	}
	if !d.attached {
		d.mu.Unlock()
		return
	}
	d.stop = s
	s.number = d.number(th)
	body["threadId"], body["allThreadsStopped"] = s.number, true
	d.step.Store(nil)
	d.pausing.Store(false)
	d.Session.Hold()
	d.tell("stopped", body)
	d.mu.Unlock()
	if !wait(th, s) { // it was interrupted
		d.resume(s)
	}
}

// resume lets the stopped goroutine go on, and those that are held. With a stop, it does so
// only if that is not over yet.
func (d *Debugger) resume(only *stop) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stop
	if only != nil && s != only {
		return
	}
	d.Session.Release()
	if s == nil {
		return
	}
	d.stop = nil
	d.handles.clear()
	d.tell("continued", object{"threadId": s.number, "allThreadsContinued": true})
	close(s.gone)
}

func (d *Debugger) goOn(*request) (any, error) {
	if err := d.onlyStopped(); err != nil {
		return nil, err
	}
	d.settle(false)
	d.resume(nil)
	return object{"allThreadsContinued": true}, nil
}

func (d *Debugger) onlyStopped() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop == nil {
		return errRunning
	}
	return nil
}

var errRunning = errors.New("no goroutine is stopped")

func (d *Debugger) stepOver(*request) (any, error) { return d.begin(over) }
func (d *Debugger) stepIn(*request) (any, error)   { return d.begin(in) }
func (d *Debugger) stepOut(*request) (any, error)  { return d.begin(out) }

// begin begins a step of the goroutine that is stopped.
func (d *Debugger) begin(m mode) (any, error) {
	d.mu.Lock()
	s := d.stop
	d.mu.Unlock()
	if s == nil {
		return nil, errRunning
	}
	if s.calls == nil {
		st := &step{th: s.th, mode: m}
		st.depth, st.call = s.th.Depth()
		if list := s.th.Calls(); len(list) > 0 {
			at := d.Session.Place(list[0])
			st.place = place{at.Cell, at.Line}
		}
		d.step.Store(st)
	}
	if m == in {
		d.settle(true)
	}
	d.resume(nil)
	return nil, nil
}

// pause stops the goroutine that comes to a stop, loop or call first.
func (d *Debugger) pause(*request) (any, error) {
	d.mu.Lock()
	stopped := d.stop != nil
	d.mu.Unlock()
	if !stopped {
		d.pausing.Store(true)
		d.Session.Hold()
	}
	return nil, nil
}
