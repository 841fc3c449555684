// Package vecs reads the vector files of nearest-neighbour benchmarks: .fvecs and .bvecs of TEXMEX
// (each row its length as int32 and then its values), .fbin, .u8bin, .i8bin and .bin of big-ann
// (rows and columns as uint32, and then all values). Values are little-endian.
package vecs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
)

// ErrFormat is wrapped by every error about a malformed file.
var ErrFormat = errors.New("not a readable file of vectors")

// Array is a rows×cols matrix, row-major.
type Array struct {
	Rows, Cols int
	Data       []float32
}

// kind is what a file's ending says.
type kind struct {
	rows  bool // each row has its length before it
	width int  // bytes of a value
	value func(b []byte) float32
}

func float(b []byte) float32  { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
func byteOf(b []byte) float32 { return float32(b[0]) }
func int8Of(b []byte) float32 { return float32(int8(b[0])) }

var kinds = map[string]kind{
	".fvecs": {true, 4, float}, ".bvecs": {true, 1, byteOf},
	".fbin": {false, 4, float}, ".u8bin": {false, 1, byteOf}, ".i8bin": {false, 1, int8Of}, ".bin": {false, 4, float},
}

// Known reports whether a file's ending is that of a file of vectors.
func Known(path string) bool {
	_, ok := kinds[strings.ToLower(filepath.Ext(path))]
	return ok
}

// Read reads a file of size bytes whose ending says what it is. The size is checked against what
// the file says of itself before anything is allocated.
func Read(path string, r io.Reader, size int64) (Array, error) {
	k := kinds[strings.ToLower(filepath.Ext(path))]
	in := bufio.NewReaderSize(r, 1<<16)
	rows, cols, err := k.shape(in, size)
	if err != nil {
		return Array{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	a := Array{rows, cols, make([]float32, rows*cols)}
	row := make([]byte, cols*k.width)
	for i := range rows {
		if k.rows {
			var n uint32
			if err := binary.Read(in, binary.LittleEndian, &n); err != nil || int(n) != cols {
				return Array{}, fmt.Errorf("%w: row %d says that it has %d values, and the first has %d", ErrFormat, i, n, cols)
			}
		}
		if _, err := io.ReadFull(in, row); err != nil {
			return Array{}, fmt.Errorf("%w: row %d: %w", ErrFormat, i, err)
		}
		for j := range cols {
			a.Data[i*cols+j] = k.value(row[j*k.width:])
		}
	}
	return a, nil
}

// shape reads the shape. Of a file of rows the first row's length is only looked at.
func (k kind) shape(in *bufio.Reader, size int64) (rows, cols int, err error) {
	head := 8
	if k.rows {
		head = 4
	}
	b, err := in.Peek(head)
	if err == io.EOF && k.rows && size == 0 {
		return 0, 0, errors.New("it is empty")
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%d bytes, and the header has %d", size, head)
	}
	first := int64(binary.LittleEndian.Uint32(b))
	if k.rows {
		whole := 4 + first*int64(k.width)
		if first < 1 || first > math.MaxInt32 || size%whole != 0 {
			return 0, 0, fmt.Errorf("the first row says that it has %d values of %d bytes, and the file's %d bytes are no number of such rows", first, k.width, size)
		}
		return int(size / whole), int(first), nil
	}
	second := int64(binary.LittleEndian.Uint32(b[4:]))
	in.Discard(head) // they were peeked at
	values := size - 8
	switch {
	case first < 1 || second < 1 || first > math.MaxInt32 || second > math.MaxInt32 || first > math.MaxInt64/8/second:
		return 0, 0, fmt.Errorf("it says that it has %d×%d values", first, second)
	case values == first*second && k.width == 4:
		return 0, 0, fmt.Errorf("%d×%d values of one byte: name the file .u8bin or .i8bin, as they are", first, second)
	case values != first*second*int64(k.width):
		return 0, 0, fmt.Errorf("%d×%d values of %d bytes need %d bytes, the file holds %d", first, second, k.width, first*second*int64(k.width), values)
	}
	return int(first), int(second), nil
}
