// Package files writes and reads whole files.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes path by way of a temporary file beside it, so that a failure
// half-way leaves what was there, and two processes that do the same work leave
// one whole file.
func Write(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no folder %s: make it first (%w)", path, filepath.Dir(path), fs.ErrNotExist)
	}
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Open opens a file to read it. Where a relative path leads nowhere, the error says from which folder.
func Open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(path) {
		if from, noFolder := os.Getwd(); noFolder == nil {
			err = fmt.Errorf("%w, seen from the folder %s", err, from)
		}
	}
	return f, err
}

// Read opens path and hands it over with its size; errors name the path.
func Read(path string, read func(f *os.File, size int64) error) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.IsDir() {
		return fmt.Errorf("%s is a folder, a file is wanted", path)
	}
	if err := read(f, st.Size()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Glob lists the paths below a folder that match a pattern, well formed and with slashes. The folder's own name may have
// any character in it.
func Glob(dir, pattern string) []string {
	found, _ := fs.Glob(os.DirFS(dir), pattern)
	for i, name := range found {
		found[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return found
}

// Exists reports whether a file is there that is no folder.
func Exists(path string) bool {
	st, err := os.Stat(path)
	return err == nil && !st.IsDir()
}
