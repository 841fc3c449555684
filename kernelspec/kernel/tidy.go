//go:build axnkernel

package main

import (
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// While the kernel starts, and the first cell has its packages read, the collector runs
// less often.
const (
	startTime    = 300 * time.Millisecond
	startPercent = 400
)

// warmUp reads what the first import needs while the front end gets ready.
func (l *language) warmUp() {
	percent := debug.SetGCPercent(startPercent)
	l.session.Prepare("fmt")
	time.Sleep(startTime)
	if now := debug.SetGCPercent(percent); now != startPercent { // a cell has set it
		debug.SetGCPercent(now)
	}
	l.session.Settle()
}

// A cell may need much memory for a short time: what is more than spareBytes goes back to
// the system tidyTime after its end.
const (
	spareBytes = 24 << 20
	tidyTime   = 500 * time.Millisecond
)

// tidier gives memory back.
type tidier struct{ waits atomic.Bool }

// cellEnded looks whether there is memory to give back.
func (t *tidier) cellEnded() {
	if spare() > spareBytes && t.waits.CompareAndSwap(false, true) {
		time.AfterFunc(tidyTime, func() {
			t.waits.Store(false)
			debug.FreeOSMemory()
		})
	}
}

// spare returns how many bytes the heap has beside those that were in use at the last
// collection.
func spare() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() + s[1].Value.Uint64() - min(s[1].Value.Uint64(), s[2].Value.Uint64())
}
