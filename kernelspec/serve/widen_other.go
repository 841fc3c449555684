//go:build !linux

package serve

import "syscall"

// widen does nothing: only Linux lets the size of a pipe be chosen.
func widen(syscall.RawConn) {}
