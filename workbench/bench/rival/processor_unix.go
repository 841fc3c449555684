//go:build unix

package main

import (
	"syscall"
	"time"
)

// processorSeconds is how long this process has computed so far, on all its threads.
func processorSeconds() (float64, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds(), err
}
