// Package npz keeps named arrays and a JSON description in one file, a zip of
// .npy files that numpy.load opens too. Every member is stored uncompressed and
// its checksum verified when it is read.
package npz

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"axn/workbench/internal/npy"
)

// ErrFormat says that a file is truncated, corrupt or of another kind.
var ErrFormat = errors.New("not a readable file of this kind")

const metaName = "meta.json"

// Writer writes members in order; the first error is kept and Close returns it.
type Writer struct {
	z   *zip.Writer
	err error
}

// NewWriter starts a file with its description, which Open decodes.
func NewWriter(w io.Writer, meta any) *Writer {
	nw := &Writer{z: zip.NewWriter(w)}
	nw.member(metaName, func(m io.Writer) error { return json.NewEncoder(m).Encode(meta) })
	return nw
}

// Floats adds a matrix.
func (w *Writer) Floats(name string, a npy.Array) {
	w.member(name+".npy", func(m io.Writer) error { return npy.Write(m, a, false) })
}

// Ints adds a list.
func (w *Writer) Ints(name string, list []int32) {
	w.member(name+".npy", func(m io.Writer) error { return npy.WriteInts(m, list) })
}

func (w *Writer) member(name string, write func(io.Writer) error) {
	if w.err != nil {
		return
	}
	m, err := w.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		err = write(m)
	}
	w.err = err
}

// Close ends the file and returns the first error of all.
func (w *Writer) Close() error { return errors.Join(w.err, w.z.Close()) }

// Reader reads the members of a file by name. Its methods return ErrFormat,
// with the member's name, for anything missing or damaged.
type Reader struct {
	z    *zip.Reader
	size int64
}

// NewReader opens a file of size bytes and decodes its description into meta.
func NewReader(r io.ReaderAt, size int64, meta any) (*Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	nr := &Reader{z: z, size: size}
	return nr, nr.member(metaName, func(m io.Reader, n int64) error { return json.NewDecoder(m).Decode(meta) })
}

// Floats reads a matrix.
func (r *Reader) Floats(name string) (a npy.Array, err error) {
	err = r.member(name+".npy", func(m io.Reader, n int64) (err error) { a, err = npy.Read(m, n); return err })
	return a, err
}

// Ints reads a list.
func (r *Reader) Ints(name string) (list []int32, err error) {
	err = r.member(name+".npy", func(m io.Reader, n int64) (err error) { list, err = npy.ReadInts(m, n); return err })
	return list, err
}

func (r *Reader) find(name string) *zip.File {
	for _, f := range r.z.File {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (r *Reader) member(name string, read func(m io.Reader, n int64) error) error {
	f := r.find(name)
	if f == nil {
		return fmt.Errorf("%w: no %s in it", ErrFormat, name)
	}
	if f.Method != zip.Store || f.UncompressedSize64 > uint64(r.size) {
		return fmt.Errorf("%w: %s is not stored as it should be", ErrFormat, name)
	}
	m, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	defer m.Close()
	if err := read(m, int64(f.UncompressedSize64)); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	if _, err := io.Copy(io.Discard, m); err != nil { // the checksum is compared at the end
		return fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	return nil
}
