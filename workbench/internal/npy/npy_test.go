package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// file builds a .npy file of any version with a given header text and values.
func file(version byte, header string, values any) []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	b.Write([]byte{version, 0})
	if version == 1 {
		binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	} else {
		binary.Write(&b, binary.LittleEndian, uint32(len(header)))
	}
	b.WriteString(header)
	binary.Write(&b, binary.LittleEndian, values)
	return b.Bytes()
}

func head(descr, fortran, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n", descr, fortran, shape)
}

func read(b []byte) (Array, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func TestReadTypesAndOrders(t *testing.T) {
	want := []float32{1, -2, 0.5, 4, 5, 6}
	half := []uint16{0x3c00, 0xc000, 0x3800, 0x4400, 0x4500, 0x4600}
	f64 := []float64{1, -2, 0.5, 4, 5, 6}
	fortran := []float32{1, 4, -2, 5, 0.5, 6}
	for name, b := range map[string][]byte{
		"half":        file(1, head("<f2", "False", "(2, 3)"), half),
		"single":      file(2, head("<f4", "False", "(2,3)"), want),
		"double":      file(3, head("<f8", "False", "(2L, 3L)"), f64),
		"fortran":     file(1, head("<f4", "True", "(2, 3)"), fortran),
		"native mark": file(1, head("=f4", "False", "(2, 3)"), want),
		"quotes":      file(1, `{"shape": (2, 3), "descr": "<f4", "fortran_order": False}`, want),
	} {
		a, err := read(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.Rows != 2 || a.Cols != 3 || fmt.Sprint(a.Data) != fmt.Sprint(want) {
			t.Errorf("%s: got %d×%d %v", name, a.Rows, a.Cols, a.Data)
		}
	}
}

func TestReadBigEndianAndVector(t *testing.T) {
	var b bytes.Buffer
	b.Write(file(1, head(">f8", "False", "(3,)"), []byte{}))
	binary.Write(&b, binary.BigEndian, []float64{1, 2, 3})
	a, err := read(b.Bytes())
	if err != nil || a.Rows != 3 || a.Cols != 1 || a.Data[2] != 3 {
		t.Errorf("got %v, %v", a, err)
	}
}

func TestLists(t *testing.T) {
	testList(t, []int32{0, -1, math.MaxInt32, math.MinInt32})
	testList(t, []int8{0, -1, 127, -128, 5})
	testList(t, []int8{})
}

// testList writes a list, reads it, and views it where it stands.
func testList[T Whole](t *testing.T, want []T) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteList(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadList[T](bytes.NewReader(b.Bytes()), int64(b.Len()))
	shown, err2 := ViewList[T](b.Bytes())
	if err != nil || err2 != nil || !slices.Equal(got, want) || !slices.Equal(shown, want) {
		t.Errorf("read %v, %v, viewed %v, %v", got, err, shown, err2)
	}
	if _, err := read(b.Bytes()); !errors.Is(err, ErrFormat) {
		t.Errorf("%T read as floats: %v", want, err)
	}
	if len(want) > 0 {
		if _, err := ViewList[T](b.Bytes()[:b.Len()-1]); !errors.Is(err, ErrShort) {
			t.Errorf("cut: %v", err)
		}
	}
}

// A view of what Write wrote shares its memory, at any place that alignment
// allows; other files, and other places, are copied and give the same values.
func TestView(t *testing.T) {
	var b bytes.Buffer
	want := Array{Rows: 2, Cols: 3, Data: []float32{1, -2, 0.5, 4, 5, 6}}
	if err := Write(&b, want, false); err != nil {
		t.Fatal(err)
	}
	for offset := range 9 {
		place := append(make([]byte, offset, offset+b.Len()), b.Bytes()...)[offset:]
		a, err := View(place)
		if err != nil || fmt.Sprint(a) != fmt.Sprint(want) {
			t.Fatalf("at %d: got %v, %v", offset, a, err)
		}
		place[len(place)-1] ^= 0x80 // the sign of the last value
		if shared := a.Data[5] == -6; shared != (offset%4 == 0) {
			t.Errorf("at %d: shared %v", offset, shared)
		}
	}
	for _, other := range [][]byte{
		file(1, head("<f8", "False", "(2, 3)"), []float64{1, -2, 0.5, 4, 5, 6}),
		file(1, head("<f4", "True", "(2, 3)"), []float32{1, 4, -2, 5, 0.5, 6}),
	} {
		if a, err := View(other); err != nil || fmt.Sprint(a) != fmt.Sprint(want) {
			t.Errorf("got %v, %v", a, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	ok := file(1, head("<f4", "False", "(2, 3)"), make([]float32, 6))
	for name, c := range map[string]struct {
		b    []byte
		kind error
		text string
	}{
		"empty":            {nil, ErrFormat, "an empty file"},
		"zip":              {[]byte("PK\x03\x04 a zip file"), ErrFormat, "a zip archive, as numpy.savez writes of several arrays and torch.save of tensors: save one"},
		"pickle":           {[]byte("\x80\x05\x95 frame"), ErrFormat, "a Python pickle: save the array"},
		"pointer":          {[]byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), ErrFormat, "a Git LFS pointer to a file of 9 bytes"},
		"page":             {[]byte("<!DOCTYPE html><title>Sign in</title>"), ErrFormat, "a web page"},
		"text":             {[]byte("0.5,0.25\n"), ErrFormat, "it is text"},
		"bytes":            {[]byte("\x00\x01\x02\x03\x04\x05\x06\x07"), ErrFormat, "first bytes"},
		"version 9":        {append([]byte(magic+"\x09"), ok[7:]...), ErrFormat, "version 9"},
		"truncated data":   {ok[:len(ok)-1], ErrShort, "needs 24 bytes"},
		"truncated header": {ok[:30], ErrShort, "header"},
		"trailing bytes":   {append(bytes.Clone(ok), 0), ErrFormat, "1 bytes follow"},
		"int64":            {file(1, head("<i8", "False", "(1, 1)"), []int64{1}), ErrFormat, `whole numbers (type "<i8"), float16, float32 or float64 are wanted: convert it, numpy.save(f, numpy.load(f).astype('float32'))`},
		"int32":            {file(1, head("<i4", "False", "(1, 1)"), []int32{1}), ErrFormat, "astype('float32')"},
		"uint64":           {file(1, head("<u8", "False", "(1, 1)"), []int64{1}), ErrFormat, "astype('float32')"},
		"bool":             {file(1, head("|b1", "False", "(1, 1)"), []int8{1}), ErrFormat, "true or false"},
		"longdouble":       {file(1, head("<f16", "False", "(1, 1)"), []int64{1, 1}), ErrFormat, "astype('float32')"},
		"complex":          {file(1, head("<c16", "False", "(1, 1)"), []int64{1, 1}), ErrFormat, "complex numbers"},
		"bfloat16":         {file(1, head("|V2", "False", "(1, 1)"), []int16{1}), ErrFormat, "as bfloat16 is saved: convert it before"},
		"bfloat16 by name": {file(1, head("bfloat16", "False", "(1, 1)"), []int16{1}), ErrFormat, "as bfloat16 is saved"},
		"object":           {file(1, head("|O", "False", "(1,)"), []int64{1}), ErrFormat, "Python objects"},
		"string":           {file(1, head("<U5", "False", "(1,)"), []int32{1, 1, 1, 1, 1}), ErrFormat, "no numbers"},
		"no type":          {file(1, head("", "False", "(1,)"), []int32{1}), ErrFormat, "no numbers"},
		"rows of nothing":  {file(1, head("<f4", "False", "(9000000000, 0)"), []float32{}), ErrFormat, "too large"},
		"no long rows":     {file(1, head("<f4", "False", "(0, 9223372036854775807)"), []float32{}), ErrFormat, "too large"},

		"record":     {file(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", []float32{1}), ErrFormat, "records of named fields"},
		"three dims": {file(1, head("<f4", "False", "(1, 1, 1)"), []float32{1}), ErrFormat, "3 dimensions"},
		"scalar":     {file(1, head("<f4", "False", "()"), []float32{1}), ErrFormat, "one number, rows"},
		"overflow":   {file(1, head("<f4", "False", "(9223372036854775807, 9)"), []float32{1}), ErrFormat, "too large"},
		"huge claim": {file(1, head("<f4", "False", "(1000000, 1000000)"), []float32{1}), ErrShort, "needs 4000000000000"},
		"negative":   {file(1, head("<f4", "False", "(-1, 2)"), []float32{1}), ErrFormat, "whole numbers"},
		"no shape":   {file(1, "{'descr': '<f4', 'fortran_order': False}", []float32{1}), ErrFormat, `lacks "shape"`},
		"twice":      {file(1, "{'descr': '<f4', 'descr': '<f4'}", []float32{1}), ErrFormat, "twice"},
	} {
		_, err := read(c.b)
		if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.text) {
			t.Errorf("%s: error %v, want %v with %q", name, err, c.kind, c.text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(1, head("<f2", "False", "(2, 2)"), make([]uint16, 4)))
	f.Add(file(2, head(">f8", "True", "(3,)"), make([]float64, 3)))
	f.Add(file(3, head("<f4", "False", "(0, 5)"), []float32{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := read(b)
		shown, viewErr := View(b)
		if (err == nil) != (viewErr == nil) || len(shown.Data) != len(a.Data) {
			t.Fatalf("read %v, viewed %v", err, viewErr)
		}
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, a, false); err != nil {
			t.Fatal(err)
		}
		again, err := read(out.Bytes())
		if err != nil || again.Rows != a.Rows || again.Cols != a.Cols {
			t.Fatalf("%d×%d came back as %d×%d, %v", a.Rows, a.Cols, again.Rows, again.Cols, err)
		}
		for i, v := range a.Data {
			if math.Float32bits(again.Data[i]) != math.Float32bits(v) {
				t.Fatalf("value %d changed", i)
			}
		}
	})
}

// Some rows are those of the whole, in the order asked for.
func TestReadRows(t *testing.T) {
	a := Array{Rows: 5, Cols: 3}
	for i := range 15 {
		a.Data = append(a.Data, float32(i))
	}
	for _, half := range []bool{false, true} {
		var b bytes.Buffer
		if err := Write(&b, a, half); err != nil {
			t.Fatal(err)
		}
		file := bytes.NewReader(b.Bytes())
		got, err := ReadRows(file, file.Size(), []int32{4, 0, 4})
		want := Array{Rows: 3, Cols: 3, Data: []float32{12, 13, 14, 0, 1, 2, 12, 13, 14}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("half %t: %v (%v)", half, got, err)
		}
		for _, row := range []int32{-1, 5} {
			if _, err := ReadRows(file, file.Size(), []int32{row}); err == nil {
				t.Errorf("row %d of 5 was read", row)
			}
		}
		if _, err := ReadRows(file, file.Size()-1, []int32{0}); !errors.Is(err, ErrShort) {
			t.Errorf("a file cut short: %v", err)
		}
	}
}
