package code

import (
	"sync"
	"time"
)

// stuckTime is how long all goroutines of a task must wait for each other before it is
// said.
const stuckTime = 3 * time.Second

// waits counts the threads of a task that wait in channel operations.
type waits struct {
	mu    sync.Mutex
	n     int
	timer *time.Timer
	said  bool
}

// blocked notes that a thread begins to wait. When all threads of the task wait for
// channels that cells made, Stuck is called after a while, once.
func (t *Task) blocked(th *Thread, cases []runtimeSelect) {
	if t.Stuck == nil || !t.p.waitsForCells(cases[:len(cases)-1]) {
		return
	}
	t.waits.mu.Lock()
	defer t.waits.mu.Unlock()
	th.waiting = true
	t.waits.n++
	if t.waits.n == t.Live() && !t.waits.said {
		t.waits.timer = time.AfterFunc(stuckTime, t.tellStuck)
	}
}

func (t *Task) tellStuck() {
	t.waits.mu.Lock()
	stuck := t.waits.n > 0 && t.waits.n == t.Live() && !t.waits.said
	t.waits.said = t.waits.said || stuck
	t.waits.mu.Unlock()
	if stuck {
		t.Stuck()
	}
}

// unblocked notes that a thread waits no more.
func (t *Task) unblocked(th *Thread) {
	if !th.waiting {
		return
	}
	t.waits.mu.Lock()
	defer t.waits.mu.Unlock()
	th.waiting = false
	t.waits.n--
	if t.waits.timer != nil {
		t.waits.timer.Stop()
		t.waits.timer = nil
	}
}

// madeChans remembers the last channels that cells made: others may be served by
// compiled code, such as those of timers.
type madeChans struct {
	mu   sync.Mutex
	set  map[uintptr]bool
	ring [1 << 12]uintptr
	next int
}

func (m *madeChans) add(ch ptr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set == nil {
		m.set = map[uintptr]bool{}
	}
	delete(m.set, m.ring[m.next])
	m.ring[m.next] = uintptr(ch)
	m.set[uintptr(ch)] = true
	m.next = (m.next + 1) % len(m.ring)
}

// waitsForCells reports whether only cells can end a wait. Of no channel at all, as with
// select {}, that is not said: such a cell is meant to wait.
func (p *Program) waitsForCells(cases []runtimeSelect) bool {
	p.chans.mu.Lock()
	defer p.chans.mu.Unlock()
	for _, c := range cases {
		if c.ch != nil && !p.chans.set[uintptr(c.ch)] {
			return false
		}
	}
	return len(cases) > 0
}
