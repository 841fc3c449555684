package child

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tie lets a process end when the kernel does, however that comes about.
func tie(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}

// tick is the unit in which the system tells when a process began.
const tick = 10 * time.Millisecond

// Now returns the time that KillSince compares with: since the system started.
func Now() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// KillSince ends the processes that descend from this one and began after a time, and
// returns how many there were.
func KillSince(began time.Duration) (n int) {
	for _, p := range descendants() {
		if p.began+2*tick > began && syscall.Kill(p.pid, syscall.SIGKILL) == nil {
			n++
		}
	}
	return n
}

type process struct {
	pid, parent int
	began       time.Duration
}

// descendants lists the processes that this one started, and those that they started.
func descendants() []process {
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	children := map[int][]process{}
	for _, name := range names {
		if p, ok := readProcess(name); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	var found []process
	next := []int{os.Getpid()}
	for len(next) > 0 {
		pid := next[0]
		next = next[1:]
		for _, p := range children[pid] {
			found = append(found, p)
			next = append(next, p.pid)
		}
	}
	return found
}

// readProcess reads a file /proc/PID/stat: the fields behind the name in parentheses
// are state, parent, …, and as the 20th the time when the process began.
func readProcess(name string) (p process, ok bool) {
	b, err := os.ReadFile(name)
	if err != nil {
		return p, false
	}
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 20 {
		return p, false
	}
	p.pid, _ = strconv.Atoi(filepath.Base(filepath.Dir(name)))
	p.parent, _ = strconv.Atoi(string(fields[1]))
	ticks, err := strconv.ParseInt(string(fields[19]), 10, 64)
	p.began = time.Duration(ticks) * tick
	return p, err == nil
}
