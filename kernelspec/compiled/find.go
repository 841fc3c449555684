package compiled

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"
)

// Place tells where a package is to be had.
type Place int

const (
	Unknown  Place = iota // neither built in nor in Go's standard library
	BuiltIn               // registered: a cell can import it
	Standard              // in Go's standard library, and not built in
)

// names is the index of what packages export. The builder writes it as a line for each
// package: path, name, and the exported names, separated by spaces; a package of the
// standard library that is not built in has its path alone.
var names index

type index struct {
	mu     sync.Mutex
	known  map[string]bool     // paths of lines
	byName map[string][]string // paths by package name
	export map[string][]string // paths by exported name
	list   map[string][]string // exported names by path
}

// read reads the index, once. The caller holds the lock.
func (x *index) read() {
	if x.known != nil {
		return
	}
	x.known, x.byName, x.export, x.list = map[string]bool{}, map[string][]string{}, map[string][]string{}, map[string][]string{}
	for _, f := range entriesNamed(NamesEntry) {
		for line := range strings.Lines(string(content(f))) {
			x.add(strings.Fields(line))
		}
	}
	for _, m := range []map[string][]string{x.byName, x.export} {
		for _, paths := range m {
			slices.SortFunc(paths, likelier)
		}
	}
}

func (x *index) add(words []string) {
	path := strings.TrimPrefix(words[0], own)
	x.known[path] = true
	if len(words) == 1 {
		return
	}
	x.byName[words[1]] = append(x.byName[words[1]], path)
	x.list[path] = words[2:]
	for _, name := range words[2:] {
		x.export[name] = append(x.export[name], path)
	}
}

// likelier orders paths by how likely they are meant: the standard library first, then
// what is less deep.
func likelier(a, b string) int {
	outside := func(path string) int {
		first, _, _ := strings.Cut(path, "/")
		if strings.Contains(first, ".") {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(outside(a), outside(b)), cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
}

// Find returns the paths of the registered packages that export a name, likeliest first.
func Find(name string) []string {
	names.mu.Lock()
	defer names.mu.Unlock()
	names.read()
	return slices.Clone(names.export[name])
}

// Named returns the paths of the registered packages that have a name and export a
// member, likeliest first. With no member, it returns all that have the name.
func Named(name, member string) []string {
	names.mu.Lock()
	defer names.mu.Unlock()
	names.read()
	var found []string
	for _, p := range names.byName[name] {
		if member == "" || slices.Contains(names.list[p], member) {
			found = append(found, p)
		}
	}
	return found
}

// Exports returns the names that a registered package exports, sorted.
func Exports(path string) []string {
	names.mu.Lock()
	defer names.mu.Unlock()
	names.read()
	return slices.Clone(names.list[strings.TrimPrefix(path, own)])
}

// Where tells where a package is to be had.
func Where(path string) Place {
	if Has(Canonical(path)) {
		return BuiltIn
	}
	names.mu.Lock()
	defer names.mu.Unlock()
	names.read()
	if names.known[path] {
		return Standard
	}
	return Unknown
}

// Near returns the registered paths that end in the same element as path, likeliest
// first: what may be meant by a path that is not registered.
func Near(p string) []string {
	var found []string
	for _, have := range Paths() {
		if path.Base(have) == path.Base(p) && have != p {
			found = append(found, have)
		}
	}
	slices.SortFunc(found, likelier)
	return found
}
