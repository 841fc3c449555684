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
	t, ok := f.Tensors[name]
	if !ok {
		return nil, fmt.Errorf("no tensor %q", name)
	}
	if len(shape) > 0 && !slices.Equal(shape, t.Shape) {
		return nil, fmt.Errorf("tensor %q has shape %s, want %s", name, shapeText(t.Shape), shapeText(shape))
	}
	convert := converters[t.Type]
	if convert == nil {
		return nil, fmt.Errorf("tensor %q has type %s, want F32, F16 or BF16", name, t.Type)
	}
	width := int64(typeSizes[t.Type])
	dst := make([]float32, (t.end-t.begin)/width)
	buf := make([]byte, min(1<<16, t.end-t.begin))
	for at, rest := t.begin, dst; len(rest) > 0; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), t.end-at)]
		if _, err := f.r.ReadAt(buf, f.data+at); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, noEOF(err))
		}
		n := len(buf) / int(width)
		convert(rest[:n], buf)
		rest = rest[n:]
	}
	return dst, nil
}

func shapeText(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

// converters fill dst from little-endian values.
var converters = map[string]func(dst []float32, src []byte){
	"F32": func(dst []float32, src []byte) {
		binary.Decode(src, binary.LittleEndian, dst)
	},
	"F16": func(dst []float32, src []byte) {
		f32.FromHalf(dst, words(src))
	},
	"BF16": func(dst []float32, src []byte) {
		f32.FromBfloat(dst, words(src))
	},
}

// words reads little-endian 16-bit words.
func words(b []byte) []uint16 {
	w := make([]uint16, len(b)/2)
	binary.Decode(b, binary.LittleEndian, w)
	return w
}

// TypeSize is the bytes of one value of a type, 0 for a type the format does not know.
func TypeSize(typ string) int { return typeSizes[typ] }

// typeSizes are bytes per value of the types the format knows.
var typeSizes = map[string]int{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}
