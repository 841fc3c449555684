package code

import (
	"iter"

	"axn/kernelspec/compiled"
)

func init() { compiled.Extend("iter", map[string]any{"pull": pull}) }

// pull is iter.Pull for sequences of cells. The goroutine of the sequence belongs, while it
// makes a value, to the cell that asks for the value: so that is where it prints, and whose
// interrupt stops it.
func pull(seq func(yield func(any) bool)) (next func() (any, bool), stop func()) {
	var asks *Task
	pulled, end := iter.Pull(func(yield func(any) bool) {
		seq(func(v any) bool {
			more := yield(v)
			if th := currentThread(); th != nil && asks != nil {
				th.join(asks)
			}
			return more
		})
	})
	return func() (any, bool) { asks = Current(); return pulled() }, func() { asks = Current(); end() }
}

// join makes a thread, which the calling goroutine is, one of another task.
func (th *Thread) join(t *Task) {
	if th.task == t {
		return
	}
	th.task.remove(th)
	s := &threads[th.g>>8&63]
	s.Lock() // others look at it
	th.task = t
	s.Unlock()
	t.add(th)
	setLabel(ptr(t.label))
}
