package code

import (
	"reflect"
	"runtime"
	"sync/atomic"
	"time"
)

// Go ends the process when a goroutine changes a map that another one uses. So maps are
// guarded while more than one thread runs, and by goroutines that may outlast their cell: who
// comes while another one is at work on the same map ends with Go's text for it.

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
	if fr.thread.first && live.Load() <= 1 || m == nil {
		return mapGuard{}
	}
	h := uintptr(m) >> 4
	s := &stripes[(h^h>>9)&511]
	for patient := true; ; {
		n := s.state.Load()
		switch {
		case n < 0 && s.m.Load() == uintptr(m):
			if write {
				panic(fatal("concurrent map writes"))
			}
			panic(fatal("concurrent map read and map write"))
		case write && n == 0 && s.state.CompareAndSwap(0, -1):
			if patient && holders.Load() > 0 && fr.thread.holds == 0 {
				s.state.Store(0)
				patient = fr.thread.awaitHolders()
				continue
			}
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

// Compiled code that shows values reads maps without a guard. Goroutines of cells wait
// meanwhile before they change a map.

// holders counts who holds the maps.
var holders atomic.Int32

// mostHeld is how long a goroutine waits for holders: they may wait for it.
const mostHeld = time.Second

// holdPause is how long a goroutine waits before it looks for holders again.
const holdPause = 100 * time.Microsecond

// HoldMaps keeps goroutines of cells, but the calling one, from changing maps until release
// is called.
func HoldMaps() (release func()) {
	th := currentThread()
	if th != nil {
		th.holds++
	}
	holders.Add(1)
	for i := range stripes {
		for stripes[i].state.Load() < 0 {
			runtime.Gosched()
		}
	}
	return func() {
		holders.Add(-1)
		if th != nil {
			th.holds--
		}
	}
}

// awaitHolders waits until nobody holds the maps, and reports whether that came true.
func (th *Thread) awaitHolders() bool {
	for end := time.Now().Add(mostHeld); time.Now().Before(end); time.Sleep(holdPause) {
		if th.stop.Load() != 0 {
			th.stopped()
		}
		if holders.Load() == 0 {
			return true
		}
	}
	return false
}

// holdPrinted holds the maps while values are printed, if these lead to maps and other
// goroutines run.
func holdPrinted(list []any) (release func()) {
	if live.Load() > 1 {
		for _, v := range list {
			if t := reflect.TypeOf(v); t != nil && printsMaps(t) && !speaks(v) {
				return HoldMaps()
			}
		}
	}
	return func() {}
}

var mapTypes byType[bool]

// printsMaps reports whether values of a type may lead to maps as fmt follows them.
func printsMaps(t reflect.Type) bool {
	switch k := t.Kind(); {
	case k <= reflect.Complex128 || k == reflect.String:
		return false
	case k == reflect.Pointer:
		t = t.Elem()
	}
	return mapTypes.of(t, leadsToMap)
}

// leadsToMap takes slices of slices for what may lead to maps: a type of them may have no end.
func leadsToMap(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Map, reflect.Interface:
		return true
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Slice || leadsToMap(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if leadsToMap(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
