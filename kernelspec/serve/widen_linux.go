package serve

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// widen lets a pipe hold more than the usual 64 kB, so that large output takes
// fewer turns. It is no failure if the system does not allow it.
func widen(c syscall.RawConn) {
	c.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
}
