//go:build unix

package serve

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readState is how the runtime calls a goroutine that sleeps in a read from a pipe.
const readState = "[IO wait"

// wait hands on what is written, as it comes.
func (p *pipe) wait() {
	p.raw.Read(func(fd uintptr) bool { return p.takeAll(fd) })
}

// readSome reads from a pipe, which has something or gives errEmpty.
func readSome(fd uintptr, buf []byte) (int, error) {
	for {
		n, err := syscall.Read(int(fd), buf)
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return 0, errEmpty
		case !errors.Is(err, syscall.EINTR):
			return max(n, 0), err
		}
	}
}

// isEmpty reports whether a pipe has nothing to read.
func isEmpty(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return err == nil && n == 0
}

// duplicate returns a file that goes on when f is closed.
func duplicate(f *os.File, name string) (copied *os.File, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd := -1
	if e := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return nil, e
	}
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// blocks reports whether reads from a descriptor hold up their thread.
func blocks(fd uintptr) bool {
	flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
	return err == nil && flags&unix.O_NONBLOCK == 0
}
