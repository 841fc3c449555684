package code

import (
	"bytes"
	"reflect"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// When all goroutines of a task wait for each other for stuckTime, that is said, and the
// cell fails if nobody else can wake them. A watcher looks at them stuckLooks times
// meanwhile: the goroutines themselves only note for what they wait.
const (
	stuckTime  = 3 * time.Second
	stuckLooks = 3
)

// waits is for what a thread waits. The thread alone writes it. The watcher may see a wait
// that is over, which it takes for one only if it sees the same again and again; so neither
// waits for the other, and the race detector is not told.
type waits struct {
	n     uint64                // goes up when a wait begins and when it ends
	ch    uintptr               // the channel, or some
	cases atomic.Pointer[cases] // with the channels if ch is some
}

// What is no channel's address.
const (
	some = ^uintptr(0) - iota // one of some channels
	lock                      // a mutex or the like
)

// blockedOn notes that a thread begins to wait for a channel.
//
//go:norace
func (th *Thread) blockedOn(ch uintptr) {
	th.waits.ch = ch
	th.waits.n = (th.waits.n + 1) | 1 // also after a wait that ended by a panic
	th.task.watch()
}

// unblocked notes that a thread waits no more.
//
//go:norace
func (th *Thread) unblocked() {
	if th.waits.n&1 == 1 {
		th.waits.n++
	}
}

// now returns the number of a wait and its channel.
//
//go:norace
func (w *waits) now() (n uint64, ch uintptr) { return w.n, w.ch }

// channels returns the channels if there are some.
//
//go:norace
func (w *waits) channels() (list []uintptr) {
	c := w.cases.Load()
	for i := range min(c.n, len(c.list)) {
		list = append(list, uintptr(c.list[i].ch))
	}
	return list
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
	w, stuck, sum := &t.watcher, false, uint64(0)
	t.mu.Lock()
	n := len(t.threads)
	stuck = t.first != nil // else another cell may go on with what goroutines of the cell wait for
	for th := range t.threads {
		k, ch := th.waits.now()
		sum += k
		stuck = stuck && k&1 == 1 && t.p.waitsForCells(&th.waits, ch)
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
		if handedOver.Load() || labelled() != n {
			t.Stuck()
		} else {
			t.fail("deadlock: all goroutines of this cell are blocked, they wait for each other")
		}
		return
	}
	time.AfterFunc(stuckTime/stuckLooks, t.look)
}

// waitsForCells reports whether only cells can end a wait. Of no channel at all, as with
// select {}, that is not said: such a cell is meant to wait.
func (p *Program) waitsForCells(w *waits, ch uintptr) bool {
	p.chans.mu.Lock()
	defer p.chans.mu.Unlock()
	if ch == lock {
		return true
	}
	if ch != some {
		return ch == 0 || p.chans.set[ch]
	}
	list := w.channels()
	for _, ch := range list {
		if ch != 0 && !p.chans.set[ch] {
			return false
		}
	}
	return len(list) > 0
}

// handedOver is set once compiled code was given a function or channel that it may keep,
// as time.AfterFunc and signal.Notify do: it may wake a goroutine at any time.
var handedOver atomic.Bool

// keeps reports whether compiled functions of a type may keep a function or channel that
// they are given.
func keeps(t reflect.Type) bool {
	for i := range t.NumIn() {
		if k := t.In(i).Kind(); k == reflect.Func || k == reflect.Chan {
			return true
		}
	}
	return false
}

// keepNothing are packages whose functions keep none, or only for goroutines that carry
// the label of their cell.
var keepNothing = map[string]bool{
	"bytes": true, "encoding/json": true, "flag": true, "fmt": true, "go/ast": true, "html/template": true, "io/fs": true,
	"iter": true, "maps": true, "math/rand": true, "math/rand/v2": true, "path/filepath": true, "reflect": true, "regexp": true,
	"slices": true, "sort": true, "strings": true, "sync": true, "testing": true, "text/template": true, "unicode": true,
	"golang.org/x/sync/errgroup": true, "axn/workbench": true,
}

// labelled counts the goroutines that carry the label of a cell: those of cells, and those
// of compiled code that they started.
func labelled() (n int) {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	alike := 0
	for line := range strings.Lines(b.String()) {
		if count, _, ok := strings.Cut(line, " @ "); ok {
			alike, _ = strconv.Atoi(count)
		} else if strings.HasPrefix(line, "# labels:") && strings.Contains(line, strconv.Quote(labelKey)+":") {
			n += alike
		}
	}
	return n
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
