//go:build !linux

package child

import (
	"os/exec"
	"sync"
	"time"
)

// Elsewhere the commands of cells are known by their own list, and nothing is known of
// what they start themselves.

var (
	mu   sync.Mutex
	list []known
	zero = time.Now()
)

type known struct {
	cmd   *exec.Cmd
	began time.Duration
}

// tie notes a command that a cell makes.
func tie(cmd *exec.Cmd) {
	mu.Lock()
	defer mu.Unlock()
	live := list[:0]
	for _, k := range list {
		if k.cmd.ProcessState == nil {
			live = append(live, k)
		}
	}
	list = append(live, known{cmd, Now()})
}

// Now returns the time that KillSince compares with.
func Now() time.Duration { return time.Since(zero) }

// KillSince ends the processes of commands that were made after a time, and returns
// how many there were.
func KillSince(began time.Duration) (n int) {
	mu.Lock()
	defer mu.Unlock()
	for _, k := range list {
		if k.began >= began && k.cmd.Process != nil && k.cmd.ProcessState == nil && k.cmd.Process.Kill() == nil {
			n++
		}
	}
	return n
}
