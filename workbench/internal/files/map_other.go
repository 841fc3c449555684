//go:build !linux && !darwin

package files

import "os"

// Map reads a file.
func Map(path string) ([]byte, error) { return os.ReadFile(path) }

// Unmap gives back what Map has mapped.
func Unmap([]byte) error { return nil }
