package serve

import (
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// readState is how the runtime calls a goroutine that sleeps in a read from a pipe.
const readState = "[syscall"

// wait hands on what is written, as it comes: Windows does not tell when a pipe of this
// kind has something.
func (p *pipe) wait() {
	for ended := false; !ended; time.Sleep(time.Millisecond) {
		if p.raw.Control(func(fd uintptr) { ended = p.takeAll(fd) }) != nil {
			return
		}
	}
}

var peekNamedPipe = windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")

// waiting returns how many bytes a pipe has to read.
func waiting(fd uintptr) (n uint32, err error) {
	if ok, _, err := peekNamedPipe.Call(fd, 0, 0, 0, uintptr(unsafe.Pointer(&n)), 0); ok == 0 {
		return 0, os.NewSyscallError("PeekNamedPipe", err)
	}
	return n, nil
}

// readSome reads from a pipe, which has something or gives errEmpty.
func readSome(fd uintptr, buf []byte) (int, error) {
	there, err := waiting(fd)
	if err != nil {
		return 0, err
	}
	if there == 0 {
		return 0, errEmpty
	}
	n, err := syscall.Read(syscall.Handle(fd), buf)
	return max(n, 0), err
}

// isEmpty reports whether a pipe has nothing to read.
func isEmpty(fd uintptr) bool {
	there, err := waiting(fd)
	return err == nil && there == 0
}

// duplicate returns a file that goes on when f is closed.
func duplicate(f *os.File, name string) (*os.File, error) {
	var h windows.Handle
	self := windows.CurrentProcess()
	if err := windows.DuplicateHandle(self, windows.Handle(f.Fd()), self, &h, 0, false, windows.DUPLICATE_SAME_ACCESS); err != nil {
		return nil, os.NewSyscallError("DuplicateHandle", err)
	}
	return os.NewFile(uintptr(h), name), nil
}

// blocks says that nothing is known of who reads from a descriptor.
func blocks(uintptr) bool { return false }
