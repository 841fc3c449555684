package workbench

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"axn/workbench/internal/npz"
)

// A saved index that is cut anywhere, or has a byte changed anywhere, is an
// error or, where the byte is one of the zip's dates or flags, still the same
// index; never a panic.
func TestOpenIndexDamaged(t *testing.T) {
	d, g := toy(21, 60, 60, 4)
	for _, m := range []Method{Calibrated, DualEncoder, Inductive, ADACUR} { // one for each set of arrays
		path := filepath.Join(t.TempDir(), "toy.index")
		if err := toyIndex(t, d, g, m).Save(path); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(whole); n += 1 + len(whole)/300 {
			if _, err := OpenIndex(rewrite(t, path, whole[:n])); !errors.Is(err, npz.ErrFormat) {
				t.Fatalf("%s cut to %d of %d bytes: %v", m, n, len(whole), err)
			}
		}
		original := must[*Index](t)(OpenIndex(rewrite(t, path, whole)))
		for at := 0; at < len(whole); at += 1 + len(whole)/300 {
			bent := append([]byte(nil), whole...)
			bent[at] ^= 0x40
			if ix, err := OpenIndex(rewrite(t, path, bent)); err == nil && !reflect.DeepEqual(ix, original) {
				t.Errorf("%s with byte %d changed opened as another index", m, at)
			}
		}
	}
}

func rewrite(t *testing.T, path string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenIndexForeign(t *testing.T) {
	d, g := toy(22, 10, 30, 4)
	dir := t.TempDir()
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 5}))
	path := filepath.Join(dir, "scores")
	if err := scores.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIndex(path); !errors.Is(err, npz.ErrFormat) {
		t.Errorf("a scores file: %v", err)
	}
	if err := g.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIndex(path); !errors.Is(err, npz.ErrFormat) {
		t.Errorf("a matrix: %v", err)
	}
	if _, err := OpenIndex(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
