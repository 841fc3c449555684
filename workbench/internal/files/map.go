//go:build linux || darwin

package files

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// Map maps a file into memory; what is written there stays there. No swap
// space is set aside for that, so that files larger than memory can be mapped.
// Errors name the path.
func Map(path string) (data []byte, err error) {
	err = Read(path, func(f *os.File, size int64) (err error) {
		switch {
		case size == 0:
			return nil
		case size > math.MaxInt:
			return fmt.Errorf("%d bytes are more than can be mapped", size)
		}
		const flags = syscall.MAP_PRIVATE | syscall.MAP_NORESERVE
		if data, err = syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, flags); err != nil {
			return fmt.Errorf("mmap: %w", err)
		}
		return nil
	})
	return data, err
}

// Unmap gives back what Map has mapped.
func Unmap(data []byte) error { return syscall.Munmap(data) }
