package code

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Go ends the process when there is no more memory, or the machine does. Here a cell ends
// that asks for more than there is, at once if it asks for much, else when it has taken
// all but a reserve. The limit is GOMEMLIMIT if that is set, else what the machine and the
// control group can give. The collector knows it too, so what is taken is in use.

// maxAddress is beyond what Go can allocate.
const maxAddress = 1 << 48

// bigBytes is the size from which on it is asked whether memory is there.
const bigBytes = 64 << 20

// checkMemory ends a thread that asks for n elements of some bytes where there is not
// that much memory.
func checkMemory(what string, n, size int) { RequireMemory(what, float64(n)*float64(size)) }

// RequireMemory panics if there are not as many bytes as what needs. What no machine can have
// is left to Go, which panics in words of its own.
func RequireMemory(what string, bytes float64) {
	if bytes < bigBytes || bytes > maxAddress || bytes <= float64(free()) {
		return
	}
	runtime.GC()
	if f := float64(free()); bytes > f {
		panic(fatal(fmt.Sprintf("out of memory: %s of %s, but only %s are free", what, bytesText(bytes), bytesText(f))))
	}
}

// free returns how many bytes may still be taken.
func free() uint64 {
	used := taken() - metric("/memory/classes/heap/free:bytes")
	if limit := room(); limit > used {
		return limit - used
	}
	return 0
}

// taken returns how many bytes the process has from the system, as the runtime counts.
func taken() uint64 {
	return metric("/memory/classes/total:bytes") - metric("/memory/classes/heap/released:bytes")
}

// own is the limit that tellCollector set; another one is the user's.
var own atomic.Int64

// room returns how many bytes the process may take.
func room() uint64 {
	machine := machineRoom()
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 && limit != own.Load() {
		return min(uint64(limit), machine)
	}
	return machine
}

// machineRoom returns how many bytes the process has and may still take before the
// machine, or its control group, has only a reserve left.
func machineRoom() uint64 {
	total, ok1 := meminfo("MemTotal:")
	available, ok2 := meminfo("MemAvailable:")
	resident, ok3 := residentBytes()
	if !ok1 || !ok2 || !ok3 {
		return 1 << 40
	}
	limit, ok1 := readNumber("/sys/fs/cgroup/memory.max")
	used, ok2 := readNumber("/sys/fs/cgroup/memory.current")
	if ok1 && ok2 && limit < total {
		total, available = limit, min(available, limit-min(used, limit))
	}
	reserve := min(total/8, 1<<30)
	return resident + available - min(reserve, available)
}

// watchPause is how often a look is taken at memory while threads run.
const watchPause = 100 * time.Millisecond

var watching atomic.Bool

// guardMemory has memory watched while threads run.
func guardMemory() {
	if !watching.Load() && watching.CompareAndSwap(false, true) {
		go watchMemory()
	}
}

func watchMemory() {
	for time.Sleep(watchPause); ; time.Sleep(watchPause) {
		if live.Load() == 0 {
			watching.Store(false)
			if live.Load() == 0 || !watching.CompareAndSwap(false, true) {
				return
			}
		}
		limit := room()
		tellCollector(limit)
		full := limit - limit/8 // beyond, the collector would be at work all the time
		if taken() <= full {
			continue
		}
		if inUse() <= full {
			runtime.GC()
		}
		if n := inUse(); n > full {
			stopGreedy(fatal(fmt.Sprintf("out of memory: the variables and goroutines of the cells take %s of %s", bytesText(float64(n)), bytesText(float64(limit)))))
			time.Sleep(watchPause)
			debug.FreeOSMemory()
		}
	}
}

// inUse returns how many bytes were in use after the last collection.
func inUse() uint64 {
	return metric("/gc/heap/live:bytes") + metric("/memory/classes/heap/stacks:bytes")
}

// tellCollector makes the collector work harder towards a limit, unless the user set one.
func tellCollector(limit uint64) {
	if now := debug.SetMemoryLimit(-1); now != math.MaxInt64 && now != own.Load() {
		return
	}
	if old := uint64(own.Load()); limit > old+old/8 || limit < old-old/8 {
		own.Store(int64(limit))
		debug.SetMemoryLimit(int64(limit))
	}
}

// stopGreedy fails the cells that run, or all that have goroutines if none does.
func stopGreedy(why fatal) {
	tasks := map[*Task]bool{}
	for i := range threads {
		s := &threads[i]
		s.RLock()
		for _, th := range s.m {
			tasks[th.task] = true
		}
		s.RUnlock()
	}
	runs := false
	for t := range tasks {
		runs = runs || t == t.p.running.Load()
	}
	for t := range tasks {
		if !runs || t == t.p.running.Load() {
			t.fail(why)
		}
	}
}

// fail stops a task with a failure that did not come from one of its threads.
func (t *Task) fail(why fatal) {
	if t.Halted() {
		return
	}
	if t.report != nil {
		t.report(&Failure{Value: why, Places: t.Places(), Fatal: true, Foreign: true})
	}
	t.Stop()
}

func bytesText(n float64) string {
	for _, unit := range []string{"bytes", "kB", "MB", "GB", "TB"} {
		if n < 1000 {
			return strconv.FormatFloat(n, 'f', min(1, len(unit)-1)%2, 64) + " " + unit
		}
		n /= 1000
	}
	return fmt.Sprintf("%.0f PB", n)
}

func meminfo(key string) (uint64, bool) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key {
			kb, err := strconv.ParseUint(f[1], 10, 64)
			return kb << 10, err == nil
		}
	}
	return 0, false
}

// residentBytes returns how much memory the process has in fact.
func residentBytes() (uint64, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	f := strings.Fields(string(text))
	if err != nil || len(f) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseUint(f[1], 10, 64)
	return pages * uint64(os.Getpagesize()), err == nil
}

func readNumber(file string) (uint64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
