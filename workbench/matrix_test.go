package workbench

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/files"
)

func TestMatrixSaveOpen(t *testing.T) {
	m := NewMatrix(3, 2)
	for i := range m.Data {
		m.Data[i] = float32(i) / 4
	}
	dir := t.TempDir()
	for name, save := range map[string]func(string) error{"single": m.Save, "half": m.SaveHalf} {
		path := filepath.Join(dir, name+".npy")
		if err := save(path); err != nil {
			t.Fatal(err)
		}
		back, err := OpenMatrix(path)
		if err != nil || !mat.Equal(m, back) {
			t.Errorf("%s: %v, %v", name, back, err)
		}
	}
	if mat.Sum(m) != mat.Sum(m.T()) || m.Select([]int{2, 0}).At(1, 1) != m.At(0, 1) {
		t.Error("the matrix is not gonum's")
	}
}

// TestOpenVectorFiles: the endings of benchmarks' files are known.
func TestOpenVectorFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "base.fvecs")
	b, _ := binary.Append(nil, binary.LittleEndian, []uint32{2, math.Float32bits(1.5), math.Float32bits(-2)})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := OpenMatrix(path); err != nil || m.Rows != 1 || !slices.Equal(m.Data, []float32{1.5, -2}) {
		t.Errorf("%v, %v", m, err)
	}
	if err := os.WriteFile(path, b[:7], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMatrix(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "no number of such rows") {
		t.Errorf("%v", err)
	}
}

func TestOpenMatrixNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.npy")
	if err := NewMatrix(4, 4).Save(path); err != nil {
		t.Fatal(err)
	}
	os.Truncate(path, 100)
	if _, err := OpenMatrix(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("truncated: %v", err)
	}
	if _, err := OpenMatrix(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// A save that fails leaves the file that was there.
func TestSaveKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.npy")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	if err := files.Write(path, func(f *os.File) error { f.WriteString("half"); return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if b, _ := os.ReadFile(path); string(b) != "old" || len(left) > 0 {
		t.Errorf("file holds %q, left behind %v", b, left)
	}
}
