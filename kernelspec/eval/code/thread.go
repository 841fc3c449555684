package code

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"axn/kernelspec/eval/rtype"
)

// Thread is a goroutine that runs code of the program.
type Thread struct {
	task   *Task
	g      uintptr           // address of the goroutine
	stop   atomic.Uint32     // not 0: the thread ends, or is held, at its next loop or call
	top    *frame            // the frame that runs
	flight *flight           // the panic that goes through the frames
	guard  mapGuard          // held while a map is used
	holds  int               // how often it holds all maps
	text   lastText          // that it joined last
	owner  *frame            // of the deferred call of compiled code that begins
	walks  int               // how often its places were looked for
	lone   bool              // a goroutine of compiled code that is about to call
	waits  waits             // for what it waits
	done   chan struct{}     // closed when it is stopped; nil until it has waited
	free   [freeLists]*frame // those that can be used again
	quiet  atomic.Bool       // deferred calls of a stopped thread run
	told   bool              // its failure is reported
	first  bool              // it runs a cell

	recorded Place // of its last record of package slog
}

// threads finds the thread of a goroutine, by the address of the goroutine.
var threads [64]struct {
	sync.RWMutex
	m map[uintptr]*Thread
}

// recent are threads that began or were looked for of late, by the same address: a thread
// is there only while its goroutine has it.
var recent [256]atomic.Pointer[Thread]

// live is how many threads there are.
var live atomic.Int64

// currentThread returns the thread of the calling goroutine, nil if it is none.
func currentThread() *Thread {
	g := rtype.Goroutine()
	at := &recent[g>>8&255]
	if th := at.Load(); th != nil && th.g == g {
		return th
	}
	s := &threads[g>>8&63]
	s.RLock()
	th := s.m[g]
	s.RUnlock()
	if th != nil {
		at.Store(th)
	}
	return th
}

// CurrentThread returns the thread of the calling goroutine, nil if it is none.
func CurrentThread() *Thread { return currentThread() }

// begin makes the calling goroutine a thread of a task; end ends it.
func (t *Task) begin() (th *Thread, end func()) {
	debug.SetPanicOnFault(true)
	g := rtype.Goroutine()
	th = &Thread{task: t, g: g}
	s := &threads[g>>8&63]
	s.Lock()
	if s.m == nil {
		s.m = map[uintptr]*Thread{}
	}
	outer := s.m[g]
	s.m[g] = th
	s.Unlock()
	recent[g>>8&255].Store(th)
	live.Add(1)
	guardMemory()
	t.add(th)
	label := getLabel()
	setLabel(ptr(t.label))
	return th, func() {
		setLabel(label)
		th.task.remove(th)
		live.Add(-1)
		recent[g>>8&255].CompareAndSwap(th, outer)
		s.Lock()
		if outer == nil {
			delete(s.m, g)
		} else {
			s.m[g] = outer
		}
		s.Unlock()
	}
}

// stopPanic is what a stopped thread panics with; cells do not recover it.
type stopPanic struct{}

func (stopPanic) Error() string { return "interrupted" }

// stopped ends a thread that was stopped, or holds it while the debugger wants that.
func (th *Thread) stopped() {
	if th.stop.Load() == holding {
		th.heldUp()
	}
	if th.stop.Load() == ending && !th.quiet.Load() {
		panic(stopPanic{})
	}
}

// Task is what runs for a cell: its threads, and the way to stop them.
type Task struct {
	Owner any // whatever the caller wants to find by Current

	p      *Program
	label  *label // of its goroutines and those that they start
	report func(*Failure)
	// Stuck, if set, is called when all goroutines of the task have waited for each other
	// for a while, and perhaps others may wake them.
	Stuck func()

	done    chan struct{} // closed when the task is stopped
	watcher watcher
	mu      sync.Mutex
	threads map[*Thread]bool
	first   *Thread   // that runs the cell
	halted  time.Time // when it was stopped
	held    bool      // its goroutines ask the debugger

	// Unstopped tasks pass stops: what a debugger itself runs.
	Unstopped bool
}

// NewTask returns a task. report is called when a goroutine that a function of it started
// fails.
func (p *Program) NewTask(owner any, report func(*Failure)) *Task {
	t := &Task{Owner: owner, p: p, report: report, done: make(chan struct{}), threads: map[*Thread]bool{}}
	t.label = newLabel(t)
	return t
}

// Current returns the task of the calling goroutine: the one that it runs for, else the
// one whose goroutines led to it; nil if there is none.
func Current() *Task {
	if th := currentThread(); th != nil {
		return th.task
	}
	return descent()
}

func (t *Task) add(th *Thread) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.threads[th] = true
	switch {
	case !t.halted.IsZero():
		th.stop.Store(ending)
	case t.held:
		th.stop.Store(holding)
	}
}

// giveDone makes the channel by which a thread learns that it is stopped while it waits.
func (t *Task) giveDone(th *Thread) {
	t.mu.Lock()
	defer t.mu.Unlock()
	th.done = make(chan struct{})
	if !t.halted.IsZero() {
		close(th.done)
	}
}

func (t *Task) remove(th *Thread) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.threads, th)
}

func (t *Task) setFirst(th *Thread) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first = th
}

// Live returns how many goroutines of the task run.
func (t *Task) Live() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.threads)
}

// Halted reports whether a task was stopped.
func (t *Task) Halted() bool { return t.haltedFor() > 0 }

// haltedFor returns how long ago a task was stopped, 0 if it was not.
func (t *Task) haltedFor() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.halted.IsZero() {
		return 0
	}
	return max(time.Since(t.halted), 1)
}

// Stop stops the goroutines of a task: each ends at its next loop, call or channel
// operation. What waits in compiled code ends when that returns.
func (t *Task) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.halted.IsZero() {
		t.halted = time.Now()
		close(t.done)
	}
	for th := range t.threads {
		if th.stop.Swap(ending) != ending && th.done != nil {
			close(th.done)
		}
	}
}
