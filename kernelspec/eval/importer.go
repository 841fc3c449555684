package eval

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"axn/kernelspec/compiled"
	"axn/kernelspec/eval/code"

	"golang.org/x/tools/go/gcexportdata"
)

// errNotBuiltIn is the cause of an import that fails.
var errNotBuiltIn = errors.New("not built in")

// importer gives the types of compiled packages, and the source of those whose generic
// functions and types are interpreted. All its packages share their types.
type importer struct {
	fset    *token.FileSet
	program *code.Program

	mu      sync.Mutex
	all     map[string]*types.Package // by path; complete or as far as others mention it
	created map[*types.Package]bool   // known to go/ssa
	sources bool                      // the sources are read
}

func newImporter(fset *token.FileSet, program *code.Program) *importer {
	return &importer{fset: fset, program: program, all: map[string]*types.Package{"unsafe": types.Unsafe}, created: map[*types.Package]bool{}}
}

// Import returns a package.
func (im *importer) Import(path string) (*types.Package, error) {
	path = compiled.Canonical(path)
	im.mu.Lock()
	defer im.mu.Unlock()
	if err := im.readSources(); err != nil {
		return nil, err
	}
	return im.load(path)
}

// readSources checks the packages that have a source. They must be known before any
// export data is read, so that all packages share their types.
func (im *importer) readSources() error {
	if im.sources {
		return nil
	}
	im.sources = true
	for _, path := range compiled.Sources() {
		if _, err := im.source(path); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) load(path string) (*types.Package, error) {
	if p := im.all[path]; p != nil && p.Complete() {
		im.create()
		return p, nil
	}
	data, ok := compiled.Export(path)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNotBuiltIn, path)
	}
	p, err := gcexportdata.Read(bytes.NewReader(data), im.fset, im.all, path)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	im.create()
	return p, nil
}

// create makes all complete packages known to go/ssa.
func (im *importer) create() {
	for _, p := range im.all {
		if p.Complete() && !im.created[p] {
			im.created[p] = true
			im.program.Import(p)
		}
	}
}

// source checks a package from its source. Errors in it are let pass: they lie in code
// that only the compiler knows, which compiled code stands for.
func (im *importer) source(path string) (*types.Package, error) {
	files, ok := compiled.Source(path)
	if !ok {
		return im.load(path)
	}
	var list []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := parser.ParseFile(im.fset, path+"/"+name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	pkg := types.NewPackage(path, list[0].Name.Name)
	im.all[path] = pkg
	info := newInfo()
	conf := types.Config{Importer: importFunc(im.load), Sizes: sizes, Error: func(error) {}}
	types.NewChecker(&conf, im.fset, pkg, info).Files(list)
	im.created[pkg] = true
	im.create()
	im.program.Source(pkg, list, info)
	return pkg, nil
}

// importFunc is a function as an importer.
type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// importError explains why a package cannot be imported.
func importError(p string) string {
	if p == "" {
		return "the path of an import is empty"
	}
	if p == "C" {
		return "cells cannot call C: cgo needs a C compiler, which they do without"
	}
	if strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../") {
		return fmt.Sprintf("package %q: cells import packages by their full path", p)
	}
	for _, have := range compiled.Paths() {
		if path.Base(have) == p {
			return fmt.Sprintf("package %s does not exist; did you mean %q?", p, have)
		}
	}
	first, _, _ := strings.Cut(p, "/")
	switch {
	case internal(p):
		return fmt.Sprintf("use of internal package %s not allowed", p)
	case compiled.Where(p) == compiled.Standard:
		return fmt.Sprintf("package %s of the standard library is not for cells", p)
	case !strings.Contains(first, ".") && first != "axn":
		return fmt.Sprintf("package %s is not in std", p)
	}
	return fmt.Sprintf("package %s is not built into this kernel; to add it: go run ./kernelspec build -with %s", p, p)
}

// internal reports whether only the module of a package may import it.
func internal(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "internal" || part == "vendor" })
}
