package godoc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const source = `// Package p is for tests.
package p

// Limit is the most.
const Limit = 3

const (
	// A is first.
	A = iota
	B // B is second.
)

// T is a thing.
type T struct {
	// Size in units.
	Size int
	Name string // what it is called
	hidden int
}

// NewT makes a T.
func NewT(size int) *T { return &T{Size: size} }

// Grow makes it larger by n.
func (t *T) Grow(n int) (int, error) { t.Size += n; return t.Size, nil }

// I does things.
type I interface {
	// Do does x.
	Do(x int) error
}

func hidden() {}
`

func TestArchive(t *testing.T) {
	name := filepath.Join(t.TempDir(), "p.go")
	if err := os.WriteFile(name, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	entries, err := Extract("example.org/p", []string{name})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Encode(entries)
	if err != nil {
		t.Fatal(err)
	}
	a := New(func(path string) ([]byte, bool) { return b, path == "example.org/p" })
	for name, want := range map[string]Entry{
		"":       {"package p // import \"example.org/p\"", "Package p is for tests.\n"},
		"Limit":  {"const Limit = 3", "Limit is the most.\n"},
		"A":      {"const A = iota", "A is first.\n"},
		"B":      {"const B", "B is second.\n"},
		"NewT":   {"func NewT(size int) *T", "NewT makes a T.\n"},
		"T.Grow": {"func (t *T) Grow(n int) (int, error)", "Grow makes it larger by n.\n"},
		"T.Size": {"Size int", "Size in units.\n"},
		"T.Name": {"Name string", "what it is called\n"},
		"I.Do":   {"func Do(x int) error", "Do does x.\n"},
	} {
		if got, ok := a.Lookup("example.org/p", name); !ok || got != want {
			t.Errorf("%q is %+v, want %+v", name, got, want)
		}
	}
	if e, _ := a.Lookup("example.org/p", "T"); !strings.HasPrefix(e.Decl, "type T struct {") || e.Doc != "T is a thing.\n" {
		t.Errorf("T is %+v", e)
	}
	for _, name := range []string{"hidden", "T.hidden"} {
		if _, ok := a.Lookup("example.org/p", name); ok {
			t.Errorf("%s is in the archive", name)
		}
	}
	if _, ok := a.Lookup("example.org/q", "T"); ok {
		t.Error("a package that is not there is found")
	}
}
