package npz

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	w.Bytes("bytes", []int8{-7, 8, 9})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// open opens a file as bytes from a disk, or as memory.
func open(b []byte, memory bool) (r *Reader, m meta, err error) {
	if memory {
		r, err = View(b)
	} else {
		r, err = NewReader(bytes.NewReader(b), int64(len(b)))
	}
	if err == nil {
		err = r.Meta(&m)
	}
	return r, m, err
}

func TestRoundTrip(t *testing.T) {
	b := sample(t)
	for _, memory := range []bool{false, true} {
		r, m, err := open(b, memory)
		if err != nil || m != (meta{"sample", 3}) {
			t.Fatalf("%v, %v", m, err)
		}
		a, err1 := r.Floats("m")
		list, err2 := r.Ints("list")
		small, err3 := r.Bytes("bytes")
		if err := errors.Join(err1, err2, err3); err != nil || !slices.Equal(a.Data, []float32{1, 2}) || !slices.Equal(list, []int32{4, 5, 6}) || !slices.Equal(small, []int8{-7, 8, 9}) {
			t.Errorf("%v %v %v, %v", a, list, small, err)
		}
		if _, err := r.Floats("x"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "x.npy") {
			t.Errorf("a missing member: %v", err)
		}
		if _, err := r.Floats("list"); !errors.Is(err, ErrFormat) {
			t.Errorf("a list read as a matrix: %v", err)
		}
	}
}

// The values of every member begin at a multiple of 64 bytes, after names of any
// length, and a view shares them.
func TestAligned(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, "meta")
	for n := range 70 {
		w.Floats(strings.Repeat("n", n), npy.Array{Rows: 1, Cols: n, Data: make([]float32, n)})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := View(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.z.File {
		if at, err := f.DataOffset(); err != nil || at%alignment != 0 {
			t.Errorf("%s begins at %d, %v", f.Name, at, err)
		}
	}
	a, err := r.Floats("nn")
	if err != nil {
		t.Fatal(err)
	}
	a.Data[1] = 5
	if again, _ := r.Floats("nn"); again.Data[1] != 5 {
		t.Error("a view does not share the file's memory")
	}
}

// numpy and unzip read the file, where the machine has them.
func TestOthersRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sample.npz")
	if err := os.WriteFile(path, sample(t), 0o644); err != nil {
		t.Fatal(err)
	}
	if unzip, err := exec.LookPath("unzip"); err == nil {
		if out, err := exec.Command(unzip, "-t", path).CombinedOutput(); err != nil {
			t.Errorf("unzip: %v\n%s", err, out)
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import numpy").Run() != nil {
		return
	}
	program := "import numpy, sys; z = numpy.load(sys.argv[1]); print(z['m'].tolist(), z['list'].tolist(), z['bytes'].tolist())"
	out, err := exec.Command(python, "-c", program, path).CombinedOutput()
	if want := "[[1.0, 2.0]] [4, 5, 6] [-7, 8, 9]\n"; err != nil || string(out) != want {
		t.Errorf("numpy: %v, %q, want %q", err, out, want)
	}
}

// A member that is compressed, or claims more bytes than the file has, is refused.
func TestRefuses(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("meta.json")
	w.Write([]byte("{}"))
	z.Close()
	for _, memory := range []bool{false, true} {
		if _, _, err := open(b.Bytes(), memory); !errors.Is(err, ErrFormat) {
			t.Errorf("compressed: %v", err)
		}
		if _, _, err := open([]byte("nothing"), memory); !errors.Is(err, ErrFormat) {
			t.Errorf("no zip: %v", err)
		}
	}
}

// A changed byte of the values is found when the member is read; a view shows it.
func TestChecksum(t *testing.T) {
	b := sample(t)
	at := bytes.Index(b, []byte{0, 0, 0x80, 0x3f}) // float32 1
	b[at] ^= 1
	r, _, err := open(b, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Floats("m"); !errors.Is(err, ErrFormat) {
		t.Errorf("a changed value: %v", err)
	}
	r, _, err = open(b, true)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := r.Floats("m"); err != nil || a.Data[0] == 1 {
		t.Errorf("a changed value in view: %v, %v", a, err)
	}
}

// A file in memory that is cut, or changed outside its values, is an error or
// the same; never a panic.
func FuzzView(f *testing.F) {
	var b bytes.Buffer
	w := NewWriter(&b, meta{"sample", 3})
	w.Floats("m", npy.Array{Rows: 1, Cols: 2, Data: []float32{1, 2}})
	w.Bytes("bytes", []int8{-7, 8, 9})
	w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := open(b, true)
		if err != nil {
			return
		}
		a, err1 := r.Floats("m")
		list, err2 := r.Bytes("bytes")
		if err1 == nil && len(a.Data) != a.Rows*a.Cols || len(list) > len(b) {
			t.Errorf("%d×%d with %d values, %d bytes, %v, %v", a.Rows, a.Cols, len(a.Data), len(list), err1, err2)
		}
	})
}
