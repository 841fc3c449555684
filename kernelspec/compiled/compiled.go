// Package compiled is the list of packages that are compiled into the kernel and that
// cells may import.
package compiled

import (
	"reflect"
	"slices"
	"sync"
)

// Package is a compiled package as cells see it.
type Package struct {
	Path, Name string
	Funcs      map[string]reflect.Value // functions that are not generic
	Vars       map[string]reflect.Value // pointers to variables
	Types      map[string]reflect.Type  // named types that are not generic
}

type entry struct {
	once sync.Once
	load func() *Package
	pkg  *Package
}

var (
	mu      sync.Mutex
	entries = map[string]*entry{}
)

// Add registers a package. load is called at its first use.
func Add(path string, load func() *Package) {
	mu.Lock()
	defer mu.Unlock()
	entries[path] = &entry{load: load}
}

// Lookup returns a package, nil if it is not registered.
func Lookup(path string) *Package {
	mu.Lock()
	e := entries[path]
	mu.Unlock()
	if e == nil {
		return nil
	}
	e.once.Do(func() { e.pkg = e.load() })
	return e.pkg
}

// Paths returns the import paths of all packages, sorted.
func Paths() []string {
	mu.Lock()
	defer mu.Unlock()
	var list []string
	for path := range entries {
		list = append(list, path)
	}
	slices.Sort(list)
	return list
}

// Data gives what the builder carries beside the packages.
type Data interface {
	Export(path string) ([]byte, bool)            // export data as gcexportdata reads it
	Source(path string) (map[string][]byte, bool) // source, by file name
}

var data Data

// SetData sets where export data and sources come from.
func SetData(d Data) { data = d }

// Export returns the export data of a package.
func Export(path string) ([]byte, bool) {
	if data == nil {
		return nil, false
	}
	return data.Export(path)
}

// Source returns the source of a package whose generic functions cells may use.
func Source(path string) (map[string][]byte, bool) {
	if data == nil {
		return nil, false
	}
	return data.Source(path)
}
