// Package generator writes down compiled packages, so that package compiled can register
// them: tables of their functions, variables and types as Go source, and an archive of
// their export data and of the source of their generic functions.
//
// It takes what go list tells, and runs nothing itself.
package generator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
)

// Fields are the fields of go list that are needed.
const Fields = "ImportPath,Name,Dir,Export,GoFiles,CgoFiles,Standard,DepOnly,ImportMap"

// Listed is a package as go list -export -deps tells of it.
type Listed struct {
	ImportPath, Name, Dir, Export string
	GoFiles, CgoFiles             []string
	Standard, DepOnly             bool
	ImportMap                     map[string]string
}

// Set is a list of packages with all that they depend on.
type Set struct {
	Packages []*Listed // dependencies first
	byPath   map[string]*Listed
	overlay  map[string]string
	fset     *token.FileSet
	types    map[string]*types.Package
	reached  map[string]bool // hidden types that tables lead to, by path and name
}

// Read reads what go list -export -deps -json=Fields printed. overlay says where source
// files lie that lie elsewhere than they are listed.
func Read(r io.Reader, overlay map[string]string) (*Set, error) {
	s := &Set{byPath: map[string]*Listed{}, overlay: overlay}
	for d := json.NewDecoder(r); d.More(); {
		p := &Listed{}
		if err := d.Decode(p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		s.Packages, s.byPath[p.ImportPath] = append(s.Packages, p), p
	}
	return s.fresh(), nil
}

// fresh returns the set with no types read.
func (s *Set) fresh() *Set {
	return &Set{s.Packages, s.byPath, s.overlay, token.NewFileSet(), map[string]*types.Package{"unsafe": types.Unsafe}, map[string]bool{}}
}

// file returns the name by which a source file of a package can be read.
func (s *Set) file(p *Listed, name string) string {
	name = filepath.Join(p.Dir, name)
	if real, ok := s.overlay[name]; ok {
		return real
	}
	return name
}

// Import returns the types of a package, from its export data.
func (s *Set) Import(path string) (*types.Package, error) {
	if p := s.types[path]; p != nil && p.Complete() {
		return p, nil
	}
	b, err := s.export(path)
	if err != nil {
		return nil, err
	}
	return gcexportdata.Read(bytes.NewReader(b), s.fset, s.types, path)
}

// export returns the export data of a package.
func (s *Set) export(path string) ([]byte, error) {
	p := s.byPath[path]
	if p == nil || p.Export == "" {
		return nil, fmt.Errorf("no export data of %s", path)
	}
	b, err := readExport(p.Export)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	return b, nil
}

func readExport(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	//lint:ignore SA1019 an archive carries the section alone, which Read wants; the build fails when Go makes no such files
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// left names packages of the standard library that a kernel does not carry.
var left = map[string]string{
	"builtin":      "it documents what is predeclared",
	"plugin":       "it keeps and exports every symbol of the program",
	"runtime/cgo":  "a kernel is built without cgo",
	"runtime/race": "a kernel is built without the race detector",
	"unsafe":       "the compiler knows it",
}

// importable reports whether cells can import a package.
func (p *Listed) importable() bool {
	return !p.DepOnly && p.Name != "main" && left[p.ImportPath] == "" && !hidden(p.ImportPath)
}

// Importable reports why cells cannot import a package: nil if they can.
func (s *Set) Importable(path string) error {
	p := s.byPath[path]
	switch {
	case p == nil:
		return fmt.Errorf("%s: no such package", path)
	case p.Name == "main":
		return fmt.Errorf("%s is a command, not a package to import", path)
	case hidden(path):
		return fmt.Errorf("%s is internal to its module", path)
	case left[path] != "":
		return fmt.Errorf("%s cannot be built in: %s", path, left[path])
	}
	return nil
}

// hidden reports whether a path cannot be imported from outside.
func hidden(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "internal" || part == "vendor" {
			return true
		}
	}
	return false
}
