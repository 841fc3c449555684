package beam

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"axn/workbench/internal/files"
)

// writable says, before a job begins and not when all is done, that a file cannot be made.
func writable(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".axn-")
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: there is no folder %s: make it first: %w", path, dir, os.ErrNotExist)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func writeGob[T any](path string, v *T) error {
	return files.Write(path, func(f *os.File) error { return gob.NewEncoder(f).Encode(v) })
}

func readGob[T any](path string) (*T, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v, err := decode[T](b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &v, nil
}

// encode and decode carry values between workers. The SDK finds a type's coder by
// the name of its functions, which instances of a generic one share: hence two for
// each type.
func encode[T any](v T) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

func decode[T any](b []byte) (v T, err error) {
	err = gob.NewDecoder(bytes.NewReader(b)).Decode(&v)
	return v, err
}
