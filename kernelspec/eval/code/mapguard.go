package code

import (
	"runtime"
	"sync/atomic"
)

// Go ends the process when a goroutine changes a map that another one uses. So maps are
// guarded while more than one thread runs: who comes while another one is at work on the
// same map ends with Go's text for it.

// mapGuard is held while a map is used; the zero value guards nothing.
type mapGuard struct {
	s     *stripe
	write bool
	th    *Thread
}

// stripe guards the maps whose addresses have the same hash.
type stripe struct {
	state atomic.Int64   // -1: one writes; else how many read
	m     atomic.Uintptr // what is written
	_     [48]byte
}

var stripes [512]stripe

// guardMap begins the use of a map.
func guardMap(fr *frame, m ptr, write bool) mapGuard {
	if live.Load() <= 1 || m == nil {
		return mapGuard{}
	}
	h := uintptr(m) >> 4
	s := &stripes[(h^h>>9)&511]
	for {
		n := s.state.Load()
		switch {
		case n < 0 && s.m.Load() == uintptr(m):
			if write {
				panic(fatal("concurrent map writes"))
			}
			panic(fatal("concurrent map read and map write"))
		case write && n == 0 && s.state.CompareAndSwap(0, -1):
			s.m.Store(uintptr(m))
			return fr.thread.hold(mapGuard{s, true, fr.thread})
		case !write && n >= 0 && s.state.CompareAndSwap(n, n+1):
			return fr.thread.hold(mapGuard{s, false, fr.thread})
		}
		runtime.Gosched()
	}
}

// hold notes a guard, so that it is ended when the use of the map panics.
func (th *Thread) hold(g mapGuard) mapGuard {
	th.guard = g
	return g
}

// end ends the use of a map.
func (g mapGuard) end() {
	if g.s == nil {
		return
	}
	g.th.guard = mapGuard{}
	if g.write {
		g.s.m.Store(0)
		g.s.state.Store(0)
	} else {
		g.s.state.Add(-1)
	}
}
