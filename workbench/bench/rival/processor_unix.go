//go:build unix

package rival

import (
	"syscall"
	"time"
)

// ProcessorSeconds is how long this process has computed so far, on all its threads.
func ProcessorSeconds() (float64, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds(), err
}
