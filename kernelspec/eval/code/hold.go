package code

// What a thread's stop is set to.
const (
	ending  = 1 // it ends
	holding = 2 // it asks the debugger
)

// Hold has the goroutines of a task ask the debugger at their next loop or call.
func (t *Task) Hold() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = true
	for th := range t.threads {
		th.stop.CompareAndSwap(0, holding)
	}
}

// Release lets them run on.
func (t *Task) Release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = false
	for th := range t.threads {
		th.stop.CompareAndSwap(holding, 0)
	}
}

// heldUp asks the debugger how long a thread is held.
func (th *Thread) heldUp() {
	if ask := th.task.p.debugger.Load(); ask != nil {
		(*ask).Held(th)
	} else {
		th.stop.CompareAndSwap(holding, 0)
	}
}
