// Package compiled holds the packages that are compiled into the kernel and that cells
// may import: their functions, variables and types as runtime values, their export data,
// and the source of their generic functions, which have no runtime value.
//
// The builder writes the registrations and the archive when it builds a kernel. Nothing
// is read before it is asked for: a kernel that starts only notes the names.
package compiled

import (
	"reflect"
	"slices"
	"sync"
)

// Package is a compiled package as cells see it. Constants and what is generic are not
// in it: Export and Source have them.
type Package struct {
	Path, Name string

	// Funcs are the functions. A compiled instance of a generic function is named as
	// InstanceName names it.
	Funcs map[string]reflect.Value
	Vars  map[string]reflect.Value // pointers to the variables
	Types map[string]reflect.Type  // the exported types; Type knows more
}

type entry struct {
	once func() *Package
}

var (
	mu      sync.Mutex
	entries = map[string]entry{}
)

// Add registers a package, in the place of one that has the same path. load is called
// once, when the package is first asked for.
func Add(path string, load func() *Package) {
	mu.Lock()
	defer mu.Unlock()
	entries[path] = entry{sync.OnceValue(load)}
}

// Lookup returns a package, nil if it is not registered.
func Lookup(path string) *Package {
	mu.Lock()
	e := entries[path]
	mu.Unlock()
	if e.once == nil {
		return nil
	}
	return e.once()
}

// Has reports whether a package is registered, without loading it.
func Has(path string) bool {
	mu.Lock()
	defer mu.Unlock()
	return entries[path].once != nil
}

// Paths returns the import paths of all packages, sorted.
func Paths() []string {
	mu.Lock()
	defer mu.Unlock()
	list := make([]string, 0, len(entries))
	for path := range entries {
		list = append(list, path)
	}
	slices.Sort(list)
	return list
}
