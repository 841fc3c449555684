// Package godoc keeps the declarations and comments of Go packages in the form that the
// kernel carries: help needs neither sources nor a toolchain.
//
// What is known of a package is the JSON of a map from names to entries: "Dense" for a
// type, "Dense.Mul" for its method or field, "" for the package.
package godoc

import (
	"encoding/json"
	"sync"
)

// Entry is what is known about a name.
type Entry struct {
	Decl string `json:"d,omitempty"` // declaration, as Go source
	Doc  string `json:"c,omitempty"` // comment
}

// Archive answers questions about packages. The packages are read as they are asked for.
type Archive struct {
	read func(path string) ([]byte, bool)

	mu    sync.Mutex
	known map[string]map[string]Entry
}

// New returns an archive that has read give what Encode made of a package.
func New(read func(path string) ([]byte, bool)) *Archive {
	return &Archive{read: read, known: map[string]map[string]Entry{}}
}

// Lookup returns what is known about a name of a package.
func (a *Archive) Lookup(path, name string) (Entry, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	entries, ok := a.known[path]
	if !ok {
		if b, there := a.read(path); there {
			json.Unmarshal(b, &entries) // the builder encoded it
		}
		a.known[path] = entries
	}
	e, ok := entries[name]
	return e, ok
}

// Encode returns the form in which the entries of a package are kept.
func Encode(entries map[string]Entry) ([]byte, error) { return json.Marshal(entries) }
