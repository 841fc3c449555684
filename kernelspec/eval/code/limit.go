package code

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
)

// Where Go would end the process for want of memory, a cell ends with an error instead.

// bigBytes is the size from which on it is asked whether memory is there.
const bigBytes = 64 << 20

// maxDepth is how deep calls may nest in a goroutine, and maxStacks how many bytes the
// stacks of all goroutines may take: beyond, the recursion is taken for endless. A stack
// grows to twice its size, so the limit lies between two powers of two: it is reached
// about half a million calls deep.
const (
	maxDepth  = 2_000_000
	maxStacks = 300 << 20
	depthMask = 1<<12 - 1 // the depth is looked at every 4096 calls
)

// checkDepth ends a thread whose calls nest too deep.
func checkDepth(fr *frame) {
	if fr.depth > maxDepth || stackBytes() > maxStacks {
		panic(fatal("stack overflow: functions call each other without end"))
	}
}

func init() {
	debug.SetMaxStack(8 * maxStacks) // checkDepth comes first
}

func stackBytes() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// checkMemory ends a thread that asks for n elements of some bytes where there is not
// that much memory.
func checkMemory(what string, n, size int) {
	want := float64(n) * float64(size)
	free := float64(availableMemory())
	if want > free {
		panic(fatal(fmt.Sprintf("out of memory: %s of %s, but only %s are free", what, bytesText(want), bytesText(free))))
	}
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

// memoryOverride, if not 0, stands for the free memory in tests.
var memoryOverride atomic.Uint64

// availableMemory returns how many bytes the process may still take: what the machine and
// the control group have left, and what the collector can free.
func availableMemory() uint64 {
	if n := memoryOverride.Load(); n != 0 {
		return n
	}
	free := uint64(1) << 40
	if n, ok := meminfo("MemAvailable:"); ok {
		free = n
	}
	limit, ok := readNumber("/sys/fs/cgroup/memory.max")
	used, ok2 := readNumber("/sys/fs/cgroup/memory.current")
	if ok && ok2 && limit > used {
		free = min(free, limit-used)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return free + m.HeapIdle - m.HeapReleased
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

func readNumber(file string) (uint64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
