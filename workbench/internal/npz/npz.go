// Package npz keeps named arrays and a JSON description in one file, a zip of
// .npy files that numpy.load opens too. Every member is stored uncompressed, its
// values aligned to 64 bytes, so that a file mapped into memory can be used where
// it lies.
package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
)

// ErrFormat says that a file is truncated, corrupt or of another kind.
var ErrFormat = errors.New("not a readable file of this kind")

const metaName = "meta.json"

// Writer writes members in order; the first error is kept and Close returns it.
type Writer struct {
	z   *zip.Writer
	at  counter
	err error
}

// counter counts the bytes that go to w.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// NewWriter starts a file with its description, which Meta decodes.
func NewWriter(w io.Writer, meta any) *Writer {
	nw := &Writer{at: counter{w: w}}
	nw.z = zip.NewWriter(&nw.at)
	nw.member(metaName, func(m io.Writer) error { return json.NewEncoder(m).Encode(meta) })
	return nw
}

// Floats adds a matrix.
func (w *Writer) Floats(name string, a npy.Array) {
	w.member(name+".npy", func(m io.Writer) error { return npy.Write(m, a, false) })
}

// Ints adds a list.
func (w *Writer) Ints(name string, list []int32) {
	w.member(name+".npy", func(m io.Writer) error { return npy.WriteList(m, list) })
}

// Bytes adds a list of small numbers.
func (w *Writer) Bytes(name string, list []int8) {
	w.member(name+".npy", func(m io.Writer) error { return npy.WriteList(m, list) })
}

// member writes one member, twice: the first time for its length and checksum,
// which the zip states before the bytes, so that they may begin where wanted.
func (w *Writer) member(name string, write func(io.Writer) error) {
	if w.err != nil {
		return
	}
	sum := crc32.NewIEEE()
	once := counter{w: sum}
	if w.err = errors.Join(write(&once), w.z.Flush()); w.err != nil {
		return
	}
	size := uint64(once.n)
	m, err := w.z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, ReaderVersion: 20, CRC32: sum.Sum32(), CompressedSize64: size, UncompressedSize64: size,
		Extra: padding(w.at.n + int64(len(name))),
	})
	if err == nil {
		err = write(m)
	}
	w.err = err
}

// alignment of every member's first byte; an .npy header keeps it for the values.
const alignment = 64

// padding is the extra field, of the kind that Android's zipalign made known
// (0xd935: alignment, then zeros), that lets a member's bytes begin at a multiple
// of alignment. Without it they would begin 30 bytes after end, the end of the
// file so far and of the member's name.
func padding(end int64) []byte {
	const least = 6
	extra := make([]byte, least+(alignment-(end+30+least)%alignment)%alignment)
	binary.LittleEndian.PutUint16(extra, 0xd935)
	binary.LittleEndian.PutUint16(extra[2:], uint16(len(extra)-4))
	binary.LittleEndian.PutUint16(extra[4:], alignment)
	return extra
}

// Close ends the file and returns the first error of all.
func (w *Writer) Close() error { return errors.Join(w.err, w.z.Close()) }

// Reader reads the members of a file by name. Its methods return ErrFormat,
// with the member's name, for anything missing or damaged.
type Reader struct {
	z     *zip.Reader
	size  int64
	whole []byte // the file, if it stands in memory
}

// NewReader opens a file of size bytes. The checksum of every member is verified
// when it is read.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, foreign(r, err))
	}
	return &Reader{z: z, size: size}, nil
}

// foreign says what a file is that is no zip.
func foreign(r io.ReaderAt, err error) string {
	head := make([]byte, files.HeadSize)
	n, _ := r.ReadAt(head, 0)
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "it is cut off or damaged: write or copy it again (" + err.Error() + ")"
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		return "it is a single .npy array, which OpenMatrix reads, and Save writes a zip of several"
	}
	if what := files.Foreign(head); what != "" {
		return "it is " + what
	}
	return "it is no zip, as Save writes it of an index, of scores and of neighbours (" + err.Error() + ")"
}

// View opens a file that stands in memory. Arrays share that memory where they
// can (npy.View) and are not read: their checksums are not verified.
func View(file []byte) (*Reader, error) {
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	r.whole = file
	return r, nil
}

// Meta decodes the description; its checksum is always verified.
func (r *Reader) Meta(meta any) error {
	return r.read(metaName, func(m io.Reader, n int64) error { return json.NewDecoder(m).Decode(meta) })
}

// Floats returns a matrix.
func (r *Reader) Floats(name string) (npy.Array, error) {
	return member(r, name, npy.Read, npy.View)
}

// Ints returns a list.
func (r *Reader) Ints(name string) ([]int32, error) {
	return member(r, name, npy.ReadList[int32], npy.ViewList[int32])
}

// Bytes returns a list of small numbers.
func (r *Reader) Bytes(name string) ([]int8, error) {
	return member(r, name, npy.ReadList[int8], npy.ViewList[int8])
}

// member reads or, where the file stands in memory, views an array.
func member[T any](r *Reader, name string, read func(io.Reader, int64) (T, error), view func([]byte) (T, error)) (a T, err error) {
	if name += ".npy"; r.whole == nil {
		return a, r.read(name, func(m io.Reader, n int64) (err error) { a, err = read(m, n); return err })
	}
	f, err := r.find(name)
	if err != nil {
		return a, err
	}
	at, err := f.DataOffset()
	if err != nil || at > r.size || uint64(r.size-at) < f.UncompressedSize64 {
		return a, fmt.Errorf("%w: %s does not lie within the file", ErrFormat, name)
	}
	if a, err = view(r.whole[at:][:f.UncompressedSize64]); err != nil {
		return a, fmt.Errorf("%w: %s: %w", ErrFormat, name, err)
	}
	return a, nil
}

func (r *Reader) find(name string) (*zip.File, error) {
	for _, f := range r.z.File {
		if f.Name != name {
			continue
		}
		if f.Method != zip.Store || f.UncompressedSize64 > uint64(r.size) {
			return nil, fmt.Errorf("%w: %s is not stored as it should be", ErrFormat, name)
		}
		return f, nil
	}
	return nil, fmt.Errorf("%w: no %s in it", ErrFormat, name)
}

func (r *Reader) read(name string, read func(m io.Reader, n int64) error) error {
	f, err := r.find(name)
	if err != nil {
		return err
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
