package code

import (
	"sync"
	"sync/atomic"
	"time"
)

// When all goroutines of a task wait for each other for stuckTime, that is said. A watcher
// looks at them stuckLooks times meanwhile: the goroutines themselves only note for what
// they wait.
const (
	stuckTime  = 3 * time.Second
	stuckLooks = 3
)

// waits is for what a thread waits.
type waits struct {
	n   atomic.Uint64         // raised when a wait begins and when it ends
	ch  atomic.Uintptr        // the channel, or some
	any atomic.Pointer[[]ptr] // the channels if ch is some
}

// some is no channel's address.
const some = ^uintptr(0)

// blocked notes that a thread begins to wait for a channel.
func (th *Thread) blocked(ch ptr) { th.blockedOn(uintptr(ch)) }

func (th *Thread) blockedOn(ch uintptr) {
	th.waits.ch.Store(ch)
	th.waits.n.Add(1)
	th.task.watch()
}

// blockedAny notes that a thread begins to wait for one of some channels.
func (th *Thread) blockedAny(list []ptr) {
	th.waits.any.Store(&list)
	th.blockedOn(some)
}

// unblocked notes that a thread waits no more.
func (th *Thread) unblocked() {
	if th.waits.n.Load()&1 == 1 {
		th.waits.n.Add(1)
	}
}

// watcher sees whether all threads of a task wait.
type watcher struct {
	on      atomic.Bool
	threads int    // at the last look, all waiting
	sum     uint64 // of their waits
	looks   int    // that found the same
}

// watch starts the watcher, unless it runs or has said what it has to say.
func (t *Task) watch() {
	if t.Stuck != nil && !t.watcher.on.Load() && t.watcher.on.CompareAndSwap(false, true) {
		time.AfterFunc(stuckTime/stuckLooks, t.look)
	}
}

// look looks at the threads of a task once.
func (t *Task) look() {
	w, stuck, sum := &t.watcher, true, uint64(0)
	t.mu.Lock()
	n := len(t.threads)
	for th := range t.threads {
		k := th.waits.n.Load()
		sum += k
		stuck = stuck && k&1 == 1 && t.p.waitsForCells(&th.waits)
	}
	t.mu.Unlock()
	if stuck && n == w.threads && sum == w.sum {
		w.looks++
	} else {
		w.looks = 0
	}
	w.threads, w.sum = n, sum
	switch {
	case n == 0:
		w.on.Store(false)
		return
	case w.looks == stuckLooks:
		t.Stuck()
		return
	}
	time.AfterFunc(stuckTime/stuckLooks, t.look)
}

// waitsForCells reports whether only cells can end a wait. Of no channel at all, as with
// select {}, that is not said: such a cell is meant to wait.
func (p *Program) waitsForCells(w *waits) bool {
	p.chans.mu.Lock()
	defer p.chans.mu.Unlock()
	ch := w.ch.Load()
	if ch != some {
		return ch == 0 || p.chans.set[ch]
	}
	list := *w.any.Load()
	for _, ch := range list {
		if ch != nil && !p.chans.set[uintptr(ch)] {
			return false
		}
	}
	return len(list) > 0
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
