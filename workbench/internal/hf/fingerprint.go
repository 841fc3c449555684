package hf

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"

	"axn/workbench/internal/files"
)

// hashFiles is the first half of the SHA-256 over the files' lengths and contents.
func hashFiles(paths []string) (string, error) {
	h := sha256.New()
	for _, path := range paths {
		if err := hashFile(h, path); err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16]), nil
}

// hashFile adds a file's length and content.
func hashFile(w io.Writer, path string) error {
	return files.Read(path, func(f *os.File, size int64) error {
		fmt.Fprintln(w, size)
		_, err := io.Copy(w, f)
		return err
	})
}
