package hf

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// Fingerprint names what the model computes: a hash over its configuration, vocabulary and
// weights as they lie in the folder. It is computed once, by reading them through.
func (m *Model) Fingerprint() (string, error) { return m.fingerprint() }

func (m *Model) hashFiles() (string, error) {
	h := sha256.New()
	for _, path := range m.files {
		if err := hashFile(h, path); err != nil {
			return "", fmt.Errorf("fingerprint of %s: %w", m.Dir, err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16]), nil
}

// hashFile adds a file's length and content.
func hashFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintln(w, info.Size())
	_, err = io.Copy(w, f)
	return err
}
