// Package help answers questions about cells that are being written: what could
// stand at the cursor, what a name is, and what to do
// about an error of the compiler. Answers come from exact types: the text is
// checked by go/types in the scope of the notebook, with its errors ignored.
// Nothing is run.
package help

import (
	"go/types"
	"path"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"axn/kernelspec/godoc"
)

// Notebook is what the cells so far have made. It is asked by one goroutine at a
// time.
type Notebook interface {
	types.Importer
	// Objects lists what the names of the notebook mean, the latest of each.
	Objects() []types.Object
	// Paths lists the packages that can be imported.
	Paths() []string
	// Value returns the present value of a variable or function.
	Value(name string) (reflect.Value, bool)
	// Doc returns the comment of an object that a cell declares.
	Doc(types.Object) string
}

// Help answers with the documentation that it knows.
type Help struct{ docs *godoc.Archive }

// New returns a Help with some documentation.
func New(docs *godoc.Archive) *Help { return &Help{docs} }

// versionPart matches an element of an import path that is no name: "v2".
var versionPart = regexp.MustCompile(`^v[0-9]+$`)

// PackageName returns the name that a package of an import path has by custom.
func PackageName(importPath string) string {
	dir, last := path.Split(importPath)
	if versionPart.MatchString(last) && dir != "" {
		last = path.Base(dir)
	}
	last, _, _ = strings.Cut(last, ".v") // gopkg.in/yaml.v3
	last = strings.TrimPrefix(last, "go-")
	return strings.ReplaceAll(last, "-", "_")
}

// pathsOf returns the packages with a name, the likeliest first: of the standard
// library, of the newest version, of the shortest path.
func pathsOf(nb Notebook, name string) []string {
	var found []string
	for _, p := range nb.Paths() {
		if PackageName(p) == name {
			found = append(found, p)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		if x, y := strings.Contains(a, "."), strings.Contains(b, "."); x != y {
			return y
		}
		if x, y := strings.HasPrefix(a, b+"/v"), strings.HasPrefix(b, a+"/v"); x != y {
			return x
		}
		if len(a) != len(b) {
			return len(a) < len(b)
		}
		return a < b
	})
	return found
}

// inNotebook is a qualifier that leaves out the package of cells and names others
// by their last name.
func inNotebook(p *types.Package) string {
	if p.Path() == "main" {
		return ""
	}
	return p.Name()
}

// typeText writes a type as a cell would.
func typeText(t types.Type) string { return types.TypeString(t, inNotebook) }
