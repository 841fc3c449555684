package code

import (
	"reflect"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Go ends the process when a mutex is unlocked that is not locked. Here the cell fails.

func unlock(m *sync.Mutex) {
	if m.TryLock() {
		m.Unlock()
		panic(fatal("sync: unlock of unlocked mutex"))
	}
	m.Unlock()
}

func unlockWriter(m *sync.RWMutex) {
	if readers(m) >= 0 {
		panic(fatal("sync: Unlock of unlocked RWMutex"))
	}
	m.Unlock()
}

func unlockReader(m *sync.RWMutex) {
	if n := readers(m); n == 0 || n == -maxReaders {
		panic(fatal("sync: RUnlock of unlocked RWMutex"))
	}
	m.RUnlock()
}

// Waiting for a lock or a group is noted, so that it is known when all goroutines wait.

// waiting runs a call that waits.
func waiting(call func()) {
	th := currentThread()
	if th == nil {
		call()
		return
	}
	th.blockedOn(lock)
	call()
	th.unblocked()
}

func lockMutex(m *sync.Mutex) {
	if !m.TryLock() {
		waiting(m.Lock)
	}
}

func lockWriter(m *sync.RWMutex) {
	if !m.TryLock() {
		waiting(m.Lock)
	}
}

func lockReader(m *sync.RWMutex) {
	if !m.TryRLock() {
		waiting(m.RLock)
	}
}

func waitGroup(g *sync.WaitGroup) { waiting(g.Wait) }

func waitCond(c *sync.Cond) {
	if m, ok := c.L.(*sync.Mutex); ok && m.TryLock() {
		m.Unlock()
		panic(fatal("sync: unlock of unlocked mutex"))
	}
	waiting(c.Wait)
}

// maxReaders is what a writer takes off the number of readers.
const maxReaders = 1 << 30

// readers returns the number of readers, less maxReaders if there is a writer.
func readers(m *sync.RWMutex) int32 {
	return atomic.LoadInt32((*int32)(unsafe.Add(unsafe.Pointer(m), readersOffset)))
}

var readersOffset = func() uintptr {
	f, ok := reflect.TypeFor[sync.RWMutex]().FieldByName("readerCount")
	if !ok || f.Type.Size() != 4 {
		panic("eval: sync.RWMutex has another layout: built for another Go")
	}
	return f.Offset
}()

// sleep ends early when its task is stopped.
func sleep(d time.Duration) {
	th := currentThread()
	if th == nil {
		time.Sleep(d)
		return
	}
	if th.quiet.Load() {
		time.Sleep(min(d, quietTime))
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-th.task.done:
		panic(stopPanic{})
	}
}
