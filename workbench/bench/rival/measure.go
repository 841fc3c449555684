package rival

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// Measure runs work and returns how long it took and the most memory this process
// had resident meanwhile, what it had before included; 0 bytes where the system
// does not say (it is read from Linux's /proc).
func Measure(work func() error) (seconds float64, peak int64, err error) {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // starts the peak over
	begin := time.Now()
	err = work()
	return time.Since(begin).Seconds(), resident("VmHWM"), err
}

// resident reads a size from /proc/self/status.
func resident(name string) int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		var kilobytes int64
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			fmt.Sscan(rest, &kilobytes)
			return kilobytes << 10
		}
	}
	return 0
}
