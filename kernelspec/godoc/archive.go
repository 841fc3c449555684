// Package godoc keeps the declarations and comments of Go packages in an archive
// that the kernel carries: help needs neither sources nor a toolchain.
//
// The archive is a zip file with one entry per package, the JSON of a map from
// names to entries: "Dense" for a type, "Dense.Mul" for its method or field, ""
// for the package.
package godoc

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Entry is what is known about a name.
type Entry struct {
	Decl string `json:"d,omitempty"` // declaration, as Go source
	Doc  string `json:"c,omitempty"` // comment
}

// Archive answers questions about packages. The packages are read as they are
// asked for.
type Archive struct {
	mu    sync.Mutex
	files map[string]*zip.File
	read  map[string]map[string]Entry
}

// Open opens an archive; empty bytes are an empty archive.
func Open(b []byte) (*Archive, error) {
	a := &Archive{files: map[string]*zip.File{}, read: map[string]map[string]Entry{}}
	if len(b) == 0 {
		return a, nil
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("documentation: %w", err)
	}
	for _, f := range z.File {
		a.files[f.Name] = f
	}
	return a, nil
}

// Lookup returns what is known about a name of a package.
func (a *Archive) Lookup(path, name string) (Entry, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	entries, ok := a.read[path]
	if !ok {
		entries = a.load(path)
		a.read[path] = entries
	}
	e, ok := entries[name]
	return e, ok
}

func (a *Archive) load(path string) map[string]Entry {
	f := a.files[path]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	var entries map[string]Entry
	if b, err := io.ReadAll(r); err == nil {
		json.Unmarshal(b, &entries)
	}
	return entries
}

// Write writes an archive with the entries of some packages by path.
func Write(w io.Writer, packages map[string]map[string]Entry) error {
	z := zip.NewWriter(w)
	for _, path := range sortedKeys(packages) {
		f, err := z.Create(path)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(f).Encode(packages[path]); err != nil {
			return err
		}
	}
	return z.Close()
}
