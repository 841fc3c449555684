// Package npy reads and writes NumPy's .npy files: one or two dimensions of
// float16, float32 or float64 as row-major float32, and lists of int8 or int32.
// Either byte order, C or Fortran order, header versions 1 to 3.
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
)

// Errors a caller may decide on.
var (
	ErrFormat = errors.New("not a readable .npy file")
	ErrShort  = errors.New("data ends early")
)

const magic = "\x93NUMPY"

// maxHeader bounds the header's length in bytes; NumPy's own limit is 10,000.
const maxHeader = 1 << 16

// Array is a rows×cols matrix, row-major. A one-dimensional file is n×1.
type Array struct {
	Rows, Cols int
	Data       []float32
}

// Read reads one array from r, which holds size bytes in all. The size is
// checked against the header before anything is allocated, so that a file that
// lies about its shape costs nothing.
func Read(r io.Reader, size int64) (Array, error) {
	h, _, err := open(r, size, "f2", "f4", "f8")
	if err != nil {
		return Array{}, err
	}
	a := Array{Rows: h.rows, Cols: h.cols, Data: make([]float32, h.rows*h.cols)}
	if err := h.decode(r, a.Data); err != nil {
		return Array{}, err
	}
	if h.fortran {
		a.Data = transpose(a.Data, h.cols, h.rows)
	}
	return a, nil
}

// ReadRows reads some rows of an array in C order, in the order given, and nothing else; size
// is as for Read.
func ReadRows(r io.ReaderAt, size int64, rows []int32) (Array, error) {
	h, begin, err := open(io.NewSectionReader(r, 0, size), size, "f2", "f4", "f8")
	if err != nil {
		return Array{}, err
	}
	if h.fortran {
		return Array{}, fmt.Errorf("%w: it is in Fortran order, of which no rows can be read: save it again, numpy.save(f, numpy.ascontiguousarray(a))", ErrFormat)
	}
	a := Array{Rows: len(rows), Cols: h.cols, Data: make([]float32, len(rows)*h.cols)}
	length := int64(h.cols) * int64(h.width)
	for i, row := range rows {
		if row < 0 || int(row) >= h.rows {
			return Array{}, fmt.Errorf("no row %d of %d", row, h.rows)
		}
		if err := h.decode(io.NewSectionReader(r, begin+int64(row)*length, length), a.Data[i*h.cols:(i+1)*h.cols]); err != nil {
			return Array{}, err
		}
	}
	return a, nil
}

// Whole is what a list may hold.
type Whole interface{ int8 | int32 }

// ReadList reads a file of whole numbers as one list; size is as for Read.
func ReadList[T Whole](r io.Reader, size int64) ([]T, error) {
	h, _, err := open(r, size, typeName[T]())
	if err != nil {
		return nil, err
	}
	list := make([]T, h.rows*h.cols)
	if err := readValues(r, h.order(), list); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShort, err)
	}
	return list, nil
}

// open reads the header and checks it against the size in bytes of the whole
// file and the types wanted. It returns the number of bytes before the data too.
func open(r io.Reader, size int64, types ...string) (header, int64, error) {
	h, n, err := readHeader(r)
	if err != nil {
		return h, n, err
	}
	if !slices.Contains(types, h.typeName()) {
		if slices.Contains(types, "f4") {
			return h, n, fmt.Errorf("%w: %s", ErrFormat, unreadable(h.descr))
		}
		return h, n, fmt.Errorf("%w: values of type %q, readable here are %s", ErrFormat, h.descr, strings.Join(types, ", "))
	}
	want := int64(h.rows) * int64(h.cols) * int64(h.width)
	switch have := size - n; {
	case have < want:
		return h, n, fmt.Errorf("%w: shape %d×%d of %s needs %d bytes, the file holds %d", ErrShort, h.rows, h.cols, h.descr, want, have)
	case have > want:
		return h, n, fmt.Errorf("%w: %d bytes follow the %d of shape %d×%d", ErrFormat, have-want, want, h.rows, h.cols)
	}
	return h, n, nil
}

// readHeader returns the header and the number of bytes before the data.
func readHeader(r io.Reader) (header, int64, error) {
	var pre [8]byte
	if n, err := io.ReadFull(r, pre[:]); err != nil || string(pre[:6]) != magic {
		rest, _ := io.ReadAll(io.LimitReader(r, files.HeadSize))
		return header{}, 0, fmt.Errorf("%w: %s", ErrFormat, foreign(append(pre[:n:n], rest...)))
	}
	lenBytes := 4
	switch pre[6] {
	case 1:
		lenBytes = 2
	case 2, 3:
	default:
		return header{}, 0, fmt.Errorf("%w: header version %d, known are 1 to 3", ErrFormat, pre[6])
	}
	var raw [4]byte
	if _, err := io.ReadFull(r, raw[:lenBytes]); err != nil {
		return header{}, 0, fmt.Errorf("%w: in the header's length", ErrShort)
	}
	n := binary.LittleEndian.Uint32(raw[:])
	if n > maxHeader {
		return header{}, 0, fmt.Errorf("%w: a header of %d bytes", ErrFormat, n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return header{}, 0, fmt.Errorf("%w: in the header", ErrShort)
	}
	h, err := parseHeader(string(text))
	return h, int64(len(pre) + lenBytes + len(text)), err
}

// foreign says what begins with head and is no .npy file.
func foreign(head []byte) string {
	what := files.Foreign(head)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "it is a zip archive, as numpy.savez writes of several arrays and torch.save of tensors: save one, numpy.save(f, numpy.load(archive)['name']) or numpy.save(f, tensor.numpy())"
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "it is a Parquet file: save the column of vectors, numpy.save(f, numpy.stack(pandas.read_parquet(g)['embedding']))"
	case bytes.HasPrefix(head, []byte("\x80")) && what != "":
		return "it is " + what + ": save the array, numpy.save(f, numpy.asarray(a, dtype='float32'))"
	case what != "":
		return "it is " + what
	}
	if text := files.Text(head); text != "" {
		return fmt.Sprintf("it is text (%q): numpy.save(f, numpy.loadtxt(g)) makes a .npy file of numbers in lines", text)
	}
	return fmt.Sprintf("the first bytes are not %q", magic)
}

// decode fills dst in file order: float32 is read in place, the others by way
// of a buffer.
func (h header) decode(r io.Reader, dst []float32) error {
	if h.width == 4 {
		if err := readValues(r, h.order(), dst); err != nil {
			return fmt.Errorf("%w: %w", ErrShort, err)
		}
		return nil
	}
	half, double := []uint16(nil), []float64(nil)
	for len(dst) > 0 {
		n := min(len(dst), 1<<16)
		var err error
		if h.width == 2 {
			half = slices.Grow(half[:0], n)[:n]
			err = readValues(r, h.order(), half)
			f32.FromHalf(dst[:n], half)
		} else {
			double = slices.Grow(double[:0], n)[:n]
			err = readValues(r, h.order(), double)
			for i, v := range double {
				dst[i] = float32(v)
			}
		}
		if err != nil {
			return fmt.Errorf("%w: %d values missing", ErrShort, len(dst))
		}
		dst = dst[n:]
	}
	return nil
}

// readValues reads values straight into their memory and turns their bytes
// round where the file's order is not the machine's.
func readValues[T value](r io.Reader, order binary.ByteOrder, values []T) error {
	b := asBytes(values)
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	if !native(order) {
		for v := range slices.Chunk(b, int(unsafe.Sizeof(*new(T)))) {
			slices.Reverse(v)
		}
	}
	return nil
}

// transpose turns the row-major rows×cols x into cols×rows.
func transpose(x []float32, rows, cols int) []float32 {
	y := make([]float32, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}

// Write writes a in C order: float16 (rounded to nearest even) if f16, else float32.
func Write(w io.Writer, a Array, f16 bool) error {
	shape := fmt.Sprintf("%d, %d", a.Rows, a.Cols)
	if !f16 {
		return write(w, shape, a.Data)
	}
	if _, err := w.Write(formatHeader("<f2", shape)); err != nil {
		return err
	}
	half := make([]uint16, 1<<16)
	for part := range slices.Chunk(a.Data, len(half)) {
		f32.ToHalf(half[:len(part)], part)
		if err := writeValues(w, half[:len(part)]); err != nil {
			return err
		}
	}
	return nil
}

// WriteList writes a list of whole numbers.
func WriteList[T Whole](w io.Writer, list []T) error {
	return write(w, fmt.Sprintf("%d,", len(list)), list)
}

func write[T value](w io.Writer, shape string, values []T) error {
	descr := "<" + typeName[T]()
	if descr == "<i1" {
		descr = "|i1"
	}
	if _, err := w.Write(formatHeader(descr, shape)); err != nil {
		return err
	}
	return writeValues(w, values)
}

// writeValues writes values from their own memory where the machine's order is
// the file's.
func writeValues[T value](w io.Writer, values []T) error {
	if !native(binary.LittleEndian) {
		return binary.Write(w, binary.LittleEndian, values)
	}
	_, err := w.Write(asBytes(values))
	return err
}

// formatHeader is NumPy's version 1 header, padded so that the data is aligned to 64 bytes.
func formatHeader(descr, shape string) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape)
	pad := 63 - (10+len(text))%64
	var b bytes.Buffer
	b.WriteString(magic + "\x01\x00")
	binary.Write(&b, binary.LittleEndian, uint16(len(text)+pad+1))
	b.WriteString(text)
	b.Write(bytes.Repeat([]byte{' '}, pad))
	b.WriteByte('\n')
	return b.Bytes()
}
