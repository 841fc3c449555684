// Package safetensors reads and writes Hugging Face's safetensors files: eight bytes with the
// length of a JSON header that gives every tensor's type, shape and place, then the tensors
// end to end.
package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"axn/workbench/internal/f32"
)

// ErrFormat is wrapped by every error about a malformed file; its text names the tensor or key.
var ErrFormat = errors.New("not a valid safetensors file")

// maxHeader bounds the header's length in bytes, as in the reference implementation.
const maxHeader = 100 << 20

// Tensor says what a header says of one tensor.
type Tensor struct {
	Type  string // F32, F16, BF16, I64 …
	Shape []int  // empty for a scalar

	begin, end int64 // bytes, from the end of the header
}

// File is an opened file. Tensors are read when asked for, so it stays open till Close.
type File struct {
	Tensors  map[string]Tensor
	Metadata map[string]string // the header's __metadata__, nil when it has none

	r      io.ReaderAt
	data   int64 // where the tensors begin
	closer io.Closer
}

// Open reads and checks the header of a file.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	f, err := Read(r, info.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	f.closer = r
	return f, nil
}

// Close closes a file that Open opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Read reads and checks the header of a file of size bytes. The tensors must lie end to end
// from the header to the end of the file.
func Read(r io.ReaderAt, size int64) (*File, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("%w: header length: %w", ErrFormat, noEOF(err))
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, fmt.Errorf("%w: header of %d bytes in a file of %d", ErrFormat, n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil && n > 0 {
		return nil, fmt.Errorf("%w: header: %w", ErrFormat, noEOF(err))
	}
	f := &File{Tensors: map[string]Tensor{}, r: r, data: 8 + int64(n)}
	if err := f.parseHeader(header); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.checkLayout(size - f.data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, nil
}

// noEOF makes the end of a file where there should be more the error it is.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkLayout wants the tensors of a data part of size bytes end to end.
func (f *File) checkLayout(size int64) error {
	names := f.Names()
	slices.SortStableFunc(names, func(a, b string) int { // an empty tensor before the one that begins where it does
		ta, tb := f.Tensors[a], f.Tensors[b]
		return cmp.Or(cmp.Compare(ta.begin, tb.begin), cmp.Compare(ta.end, tb.end))
	})
	at, before := int64(0), "the header"
	for _, name := range names {
		t := f.Tensors[name]
		switch {
		case t.begin < at:
			return fmt.Errorf("tensor %q begins at byte %d, inside %s which ends at %d", name, t.begin, before, at)
		case t.begin > at:
			return fmt.Errorf("tensor %q begins at byte %d, leaving a hole after %s which ends at %d", name, t.begin, before, at)
		case t.end > size:
			return fmt.Errorf("tensor %q ends at byte %d of %d", name, t.end, size)
		}
		at, before = t.end, fmt.Sprintf("tensor %q", name)
	}
	if at != size {
		return fmt.Errorf("%d bytes after %s", size-at, before)
	}
	return nil
}

// Tensor is what the header says of a tensor.
func (f *File) Tensor(name string) (t Tensor, ok bool) {
	t, ok = f.Tensors[name]
	return t, ok
}

// Names lists the tensors in alphabetical order.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.Tensors))
	for name := range f.Tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Float32 reads a tensor of type F32, F16 or BF16, converted exactly, row-major. If a shape is
// given the tensor must have it.
func (f *File) Float32(name string, shape ...int) ([]float32, error) {
	return f.AppendFloat32(nil, name, shape...)
}

// AppendFloat32 is Float32 behind dst, whose memory is used as far as it reaches.
func (f *File) AppendFloat32(dst []float32, name string, shape ...int) ([]float32, error) {
	t, err := f.check(name, shape)
	if err != nil {
		return dst, err
	}
	return f.appendBytes(dst, name, t.Type, t.begin, t.end)
}

// AppendRow appends a row of a matrix of the shape given.
func (f *File) AppendRow(dst []float32, name string, row int, rows, cols int) ([]float32, error) {
	t, err := f.check(name, []int{rows, cols})
	if err != nil {
		return dst, err
	}
	if row < 0 || row >= rows {
		return dst, fmt.Errorf("tensor %q has no row %d, but %d", name, row, rows)
	}
	width := int64(cols * typeSizes[t.Type])
	return f.appendBytes(dst, name, t.Type, t.begin+int64(row)*width, t.begin+int64(row+1)*width)
}

// Check says whether Float32 takes the type and the shape of a tensor, without reading it.
func (f *File) Check(name string, shape ...int) error {
	_, err := f.check(name, shape)
	return err
}

func (f *File) check(name string, shape []int) (Tensor, error) {
	t, ok := f.Tensors[name]
	switch {
	case !ok:
		return t, fmt.Errorf("no tensor %q", name)
	case len(shape) > 0 && !slices.Equal(shape, t.Shape):
		return t, fmt.Errorf("tensor %q has shape %s, want %s", name, shapeText(t.Shape), shapeText(shape))
	case converters[t.Type] == nil:
		return t, fmt.Errorf("tensor %q has type %s, want F32, F16 or BF16", name, t.Type)
	}
	return t, nil
}

// buffer holds bytes of a file on their way to float32, and the 16-bit words that they may be.
type buffer struct {
	bytes [1 << 16]byte
	words [1 << 15]uint16
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// appendBytes converts the bytes begin … end-1 of a tensor.
func (f *File) appendBytes(dst []float32, name, typ string, begin, end int64) ([]float32, error) {
	width, b := int64(typeSizes[typ]), buffers.Get().(*buffer)
	defer buffers.Put(b)
	had, n := len(dst), int((end-begin)/width)
	dst = slices.Grow(dst, n)[:had+n]
	for at, rest := begin, dst[had:]; len(rest) > 0; {
		buf := b.bytes[:min(int64(len(b.bytes)), end-at)]
		if _, err := f.r.ReadAt(buf, f.data+at); err != nil {
			return dst[:had], fmt.Errorf("tensor %q: %w", name, noEOF(err))
		}
		n := len(buf) / int(width)
		converters[typ](rest[:n], b, buf)
		rest, at = rest[n:], at+int64(len(buf))
	}
	return dst, nil
}

func shapeText(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

// converters fill dst from little-endian values.
var converters = map[string]func(dst []float32, b *buffer, src []byte){
	"F32": func(dst []float32, _ *buffer, src []byte) {
		binary.Decode(src, binary.LittleEndian, dst)
	},
	"F16": func(dst []float32, b *buffer, src []byte) {
		f32.FromHalf(dst, b.wordsOf(src))
	},
	"BF16": func(dst []float32, b *buffer, src []byte) {
		f32.FromBfloat(dst, b.wordsOf(src))
	},
}

// wordsOf reads little-endian 16-bit words.
func (b *buffer) wordsOf(src []byte) []uint16 {
	w := b.words[:len(src)/2]
	binary.Decode(src, binary.LittleEndian, w)
	return w
}

// TypeSize is the bytes of one value of a type, 0 for a type the format does not know.
func TypeSize(typ string) int { return typeSizes[typ] }

// typeSizes are bytes per value of the types the format knows.
var typeSizes = map[string]int{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}
