package cache

import (
	"os"
	"path/filepath"
	"testing"
)

// A file with bytes changed, cut or added is an error, or gives the scores that were stored
// and no others; never a crash.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "cache")
	d, err := Open(path)
	if err != nil {
		f.Fatal(err)
	}
	keys, scores := some(1, 50)
	if err := d.Put("m", keys, scores); err != nil {
		f.Fatal(err)
	}
	if err := d.Close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), []byte("<!DOCTYPE html>"), uint16(0))
	f.Add(uint16(16), []byte{0, 0, 0, 0}, uint16(0))
	f.Add(uint16(4096), []byte{9}, uint16(100))
	f.Add(uint16(8192), whole[4096:4200], uint16(0))
	f.Fuzz(func(t *testing.T, at uint16, change []byte, cut uint16) {
		b := append([]byte(nil), whole...)
		copy(b[int(at)%len(b):], change)
		b = b[:len(b)-int(cut)%len(b)]
		path := filepath.Join(t.TempDir(), "cache")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(path)
		if err != nil {
			return
		}
		defer d.Close()
		got := make([]float64, len(keys))
		if _, err := d.Get("m", keys, got); err != nil {
			return
		}
		for i, v := range got {
			if v == v && v != scores[i] {
				t.Errorf("entry %d is %v, stored %v", i, v, scores[i])
			}
		}
	})
}
