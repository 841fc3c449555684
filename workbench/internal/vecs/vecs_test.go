package vecs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// put writes values in little-endian order.
func put(values ...any) []byte {
	var b []byte
	for _, v := range values {
		b, _ = binary.Append(b, binary.LittleEndian, v)
	}
	return b
}

func TestRead(t *testing.T) {
	want := []float32{1, 2, 3, 4, 5, 6}
	for path, b := range map[string][]byte{
		"a.fvecs":   put(int32(3), want[:3], int32(3), want[3:]),
		"a.bvecs":   put(int32(3), []byte{1, 2, 3}, int32(3), []byte{4, 5, 6}),
		"dir/A.BIN": put(uint32(2), uint32(3), want),
		"a.fbin":    put(uint32(2), uint32(3), want),
		"a.u8bin":   put(uint32(2), uint32(3), []byte{1, 2, 3, 4, 5, 6}),
		"a.i8bin":   put(uint32(2), uint32(3), []int8{1, 2, 3, 4, 5, 6}),
	} {
		a, err := Read(path, bytes.NewReader(b), int64(len(b)))
		if err != nil || a.Rows != 2 || a.Cols != 3 || !slices.Equal(a.Data, want) || !Known(path) {
			t.Errorf("%s: %+v, %v", path, a, err)
		}
	}
	b := put(uint32(1), uint32(2), []int8{-1, -128})
	if a, err := Read("a.i8bin", bytes.NewReader(b), int64(len(b))); err != nil || !slices.Equal(a.Data, []float32{-1, -128}) {
		t.Errorf("%v, %v", a, err)
	}
	for want, c := range map[string]struct {
		path string
		b    []byte
	}{
		"it is empty":               {"a.fvecs", nil},
		"no number of such rows":    {"a.fvecs", put(int32(3), []float32{1, 2})},
		"it has 4294967295 values":  {"a.bvecs", put(int32(-1), []byte{1})},
		"row 1 says that it has 2":  {"a.bvecs", put(int32(3), []byte{1, 2, 3}, int32(2), []byte{4, 5, 6})},
		"name the file .u8bin":      {"a.bin", put(uint32(1), uint32(3), []byte{1, 2, 3})},
		"need 12 bytes":             {"a.fbin", put(uint32(1), uint32(3), []byte{1, 2})},
		"4294967295×4294967295":     {"a.fbin", put(uint32(1<<32-1), uint32(1<<32-1))},
		"3 bytes, and the header":   {"a.fbin", []byte{1, 2, 3}},
		"it says that it has 0×3 v": {"a.fbin", put(uint32(0), uint32(3))},
	} {
		if _, err := Read(c.path, bytes.NewReader(c.b), int64(len(c.b))); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.fvecs", put(int32(1), float32(1)))
	f.Add("a.u8bin", put(uint32(1), uint32(2), []byte{1, 2}))
	f.Fuzz(func(t *testing.T, path string, b []byte) {
		if !Known(path) {
			return
		}
		a, err := Read(path, bytes.NewReader(b), int64(len(b)))
		if err == nil && len(a.Data) != a.Rows*a.Cols {
			t.Fatalf("%d×%d of %d values", a.Rows, a.Cols, len(a.Data))
		}
	})
}
