package cache

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"axn/workbench/internal/files"
)

// Errors a caller may decide on.
var (
	ErrCorrupt = errors.New("the score cache is damaged")
	ErrInUse   = errors.New("the score cache is in use by another process or by an open cache of this one")
	ErrClosed  = errors.New("the score cache is closed")
)

// lockWait is how long opening waits for another holder of the file.
const lockWait = time.Second

// file is a bbolt file that answers damage with errors. After a panic bbolt may hold its locks, so
// it is not asked again.
type file struct {
	bolt   *bbolt.DB
	os     *os.File
	broken atomic.Bool
}

// openFile opens a file, or makes one without a table.
func openFile(path string) (*file, error) {
	if err := checkHead(path); err != nil {
		return nil, err
	}
	f := new(file)
	options := *bbolt.DefaultOptions
	options.Timeout, options.FreelistType = lockWait, bbolt.FreelistMapType
	options.OpenFile = func(name string, flag int, mode os.FileMode) (_ *os.File, err error) {
		f.os, err = os.OpenFile(name, flag, mode)
		return f.os, err
	}
	err := f.guard(func(*bbolt.DB) (err error) {
		f.bolt, err = bbolt.Open(path, 0o600, &options)
		return err
	})
	if err != nil {
		if f.os != nil {
			f.os.Close() // a panic left it open; else it is closed already
		}
		return nil, err
	}
	return f, nil
}

// checkHead returns an error for a file that is no bbolt file by its length or first bytes.
func checkHead(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // one is made
	}
	err = files.Read(path, func(f *os.File, size int64) error {
		head := make([]byte, files.HeadSize)
		n, _ := f.ReadAt(head, 0)
		if what := files.Foreign(head[:n]); what != "" {
			return fmt.Errorf("%w, or no score cache at all: it is %s", ErrCorrupt, what)
		}
		if size < int64(2*os.Getpagesize()) {
			return fmt.Errorf("%w, or no score cache at all: it has %d bytes", ErrCorrupt, size)
		}
		return nil
	})
	if errors.Is(err, ErrCorrupt) {
		return errors.Unwrap(err) // the caller names the path
	}
	return nil // bbolt says why it cannot be read
}

// begin checks that the file has all the bytes it says it has, and finds or makes the table.
func (f *file) begin(bolt *bbolt.DB) error {
	found := false
	err := bolt.View(func(tx *bbolt.Tx) error {
		info, err := f.os.Stat()
		if err != nil {
			return err
		}
		if missing := tx.Size() - info.Size(); missing > 0 {
			return fmt.Errorf("%w: %d bytes are gone from its end", ErrCorrupt, missing)
		}
		first, _ := tx.Cursor().First()
		if found = first != nil; found && !bytes.Equal(first, table) {
			return fmt.Errorf("%w, or no score cache at all: its first bucket is %q", ErrCorrupt, first)
		}
		return nil
	})
	if err != nil || found {
		return err
	}
	return bolt.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(table)
		return err
	})
}

// guard calls do and makes errors of what bbolt does on a damaged file: panic, or read memory
// behind the end of the file, which is mapped.
func (f *file) guard(do func(bolt *bbolt.DB) error) (err error) {
	if f.broken.Load() {
		return fmt.Errorf("%w: an earlier call found it so", ErrCorrupt)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			f.broken.Store(true)
			err = fmt.Errorf("%w: %v", ErrCorrupt, p)
		}
	}()
	switch err := do(f.bolt); {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("%w, or no score cache at all: %w", ErrCorrupt, err)
	default:
		return err
	}
}

func (f *file) view(do func(models *bbolt.Bucket) error) error {
	return f.guard(func(bolt *bbolt.DB) error {
		return bolt.View(func(tx *bbolt.Tx) error { return do(tx.Bucket(table)) })
	})
}

func (f *file) close() error {
	if f.broken.Load() {
		return f.os.Close() // which also releases the lock
	}
	return f.bolt.Close()
}
