// Package compiled holds the packages that are compiled into the kernel and that cells
// may import: their functions, variables and types as runtime values, their export data,
// and the source of their generic functions, which have no runtime value.
//
// The builder writes the registrations and the archive when it builds a kernel. Nothing
// is read before it is asked for: a kernel that starts only notes the names.
package compiled

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Package is a compiled package as cells see it. Constants and what is generic are not
// in it: Export and Source have them.
type Package struct {
	Path, Name string

	// Funcs are the functions. A compiled instance of a generic function is named as
	// InstanceName names it. A function that stands for a method has its name, such as
	// (*T).Run.
	Funcs map[string]reflect.Value
	Vars  map[string]reflect.Value // pointers to the variables
	Types map[string]reflect.Type  // the exported types; Type knows more
}

var (
	mu      sync.Mutex
	entries = map[string]func() *Package{}
	extras  = map[string]extra{}
)

// extra is what belongs to a package besides what it exports.
type extra struct {
	funcs  map[string]any
	loaded func()
}

// Add registers a package, in the place of one that has the same path. load is called
// once, when the package is first asked for.
func Add(path string, load func() *Package) {
	mu.Lock()
	defer mu.Unlock()
	entries[path] = sync.OnceValue(func() *Package {
		p := load()
		mu.Lock()
		x := extras[path]
		mu.Unlock()
		for name, f := range x.funcs {
			p.Funcs[name] = reflect.ValueOf(f)
		}
		if x.loaded != nil {
			x.loaded()
		}
		return p
	})
}

// Extend adds functions to a package: such as its source refers to, and such as stand, for
// cells, in the place of its own or of methods of its types. It is called before the package
// is first asked for. What is said last holds.
func Extend(path string, funcs map[string]any) {
	mu.Lock()
	defer mu.Unlock()
	x := extras[path]
	if x.funcs == nil {
		x.funcs = map[string]any{}
	}
	maps.Copy(x.funcs, funcs)
	extras[path] = x
}

// StandsFor returns the name of the function in whose place Extend has put one, which is
// known by its entry.
func StandsFor(entry uintptr) (name string, ok bool) {
	mu.Lock()
	defer mu.Unlock()
	for path, x := range extras {
		for name, f := range x.funcs {
			if reflect.ValueOf(f).Pointer() == entry {
				return path + "." + name, true
			}
		}
	}
	return "", false
}

// OnImport has f called when a package is first asked for.
func OnImport(path string, f func()) {
	mu.Lock()
	defer mu.Unlock()
	x := extras[path]
	x.loaded = f
	extras[path] = x
}

// own is the folder of packages of the kernel itself, which cells import without it.
const own = "axn/kernelspec/"

// Canonical returns the path by which a package that cells import is compiled: "display"
// is axn/kernelspec/display, "runtime/cgo" axn/kernelspec/runtime/cgo. Other paths are what
// they are.
func Canonical(path string) string {
	if Has(own + path) {
		return own + path
	}
	return path
}

// Lookup returns a package, nil if it is not registered.
func Lookup(path string) *Package {
	mu.Lock()
	load := entries[path]
	mu.Unlock()
	if load == nil {
		return nil
	}
	return load()
}

// Has reports whether a package is registered, without loading it.
func Has(path string) bool {
	mu.Lock()
	defer mu.Unlock()
	return entries[path] != nil
}

// Paths returns the paths by which cells import the packages, sorted.
func Paths() []string {
	mu.Lock()
	defer mu.Unlock()
	list := make([]string, 0, len(entries))
	for path := range entries {
		list = append(list, strings.TrimPrefix(path, own))
	}
	slices.Sort(list)
	return list
}
