package npz

import (
	"archive/zip"
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"axn/workbench/internal/npy"
)

type meta struct {
	Kind string
	N    int
}

func sample(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, meta{"sample", 3})
	w.Floats("m", npy.Array{Rows: 1, Cols: 2, Data: []float32{1, 2}})
	w.Ints("list", []int32{4, 5, 6})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	b := sample(t)
	var m meta
	r, err := NewReader(bytes.NewReader(b), int64(len(b)), &m)
	if err != nil || m != (meta{"sample", 3}) {
		t.Fatalf("%v, %v", m, err)
	}
	a, err1 := r.Floats("m")
	list, err2 := r.Ints("list")
	if err1 != nil || err2 != nil || !reflect.DeepEqual(a.Data, []float32{1, 2}) || !reflect.DeepEqual(list, []int32{4, 5, 6}) {
		t.Errorf("%v %v, %v %v", a, list, err1, err2)
	}
	if _, err := r.Floats("x"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "x.npy") {
		t.Errorf("a missing member: %v", err)
	}
	if _, err := r.Floats("list"); !errors.Is(err, ErrFormat) {
		t.Errorf("a list read as a matrix: %v", err)
	}
}

// A member that is compressed, or claims more bytes than the file has, is refused.
func TestRefuses(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("meta.json")
	w.Write([]byte("{}"))
	z.Close()
	var m meta
	if _, err := NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()), &m); !errors.Is(err, ErrFormat) {
		t.Errorf("compressed: %v", err)
	}
	if _, err := NewReader(strings.NewReader("nothing"), 7, &m); !errors.Is(err, ErrFormat) {
		t.Errorf("no zip: %v", err)
	}
}

// A changed byte of the values is found when the member is read.
func TestChecksum(t *testing.T) {
	b := sample(t)
	at := bytes.Index(b, []byte{0, 0, 0x80, 0x3f}) // float32 1
	b[at] ^= 1
	var m meta
	r, err := NewReader(bytes.NewReader(b), int64(len(b)), &m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Floats("m"); !errors.Is(err, ErrFormat) {
		t.Errorf("a changed value: %v", err)
	}
}
