// Package verify checks what the builder generated against itself: that the tables, the
// export data and the sources tell the same of each package.
package verify

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"runtime"
	"slices"

	"axn/kernelspec/compiled"

	"golang.org/x/tools/go/gcexportdata"
)

// checker gathers what is wrong.
type checker struct {
	fset   *token.FileSet
	pkgs   map[string]*types.Package
	wrong  []error
	counts Counts
}

// Counts are how much was looked at.
type Counts struct{ Packages, Funcs, Vars, Types, Hidden, Sources, Docs int }

// All checks all registered packages.
func All() (Counts, error) {
	c := &checker{fset: token.NewFileSet(), pkgs: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, path := range compiled.Paths() {
		c.path(path)
	}
	for _, h := range compiled.HiddenTypes() {
		c.hidden(h[0], h[1])
	}
	sourced := &checker{fset: token.NewFileSet(), pkgs: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, path := range compiled.Sources() {
		sourced.source(path)
	}
	c.counts.Sources, c.wrong = sourced.counts.Sources, append(c.wrong, sourced.wrong...)
	return c.counts, errors.Join(c.wrong...)
}

func (c *checker) failf(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

// Import reads export data.
func (c *checker) Import(path string) (*types.Package, error) {
	if p := c.pkgs[path]; p != nil && p.Complete() {
		return p, nil
	}
	b, ok := compiled.Export(path)
	if !ok {
		return nil, fmt.Errorf("no export data of %s", path)
	}
	return gcexportdata.Read(bytes.NewReader(b), c.fset, c.pkgs, path)
}

// path compares the table of a package with its export data.
func (c *checker) path(path string) {
	path = compiled.Canonical(path)
	table := compiled.Lookup(path)
	pkg, err := c.Import(path)
	if err != nil {
		c.failf("%s: %w", path, err)
		return
	}
	if table.Path != path || table.Name != pkg.Name() {
		c.failf("%s: table is of %s, package %s", path, table.Path, table.Name)
	}
	c.counts.Packages++
	if _, ok := compiled.Doc(path); ok {
		c.counts.Docs++
	} else {
		c.failf("%s: no documentation", path)
	}
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() {
			c.object(table, obj)
		}
	}
}

func (c *checker) object(table *compiled.Package, obj types.Object) {
	name := obj.Name()
	switch obj := obj.(type) {
	case *types.Func:
		f, ok := table.Funcs[name]
		if generic := obj.Signature().TypeParams().Len() > 0; ok == generic {
			c.failf("%s.%s: generic %v, in the table %v", table.Path, name, generic, ok)
		} else if ok {
			c.counts.Funcs++
			sig := obj.Signature()
			if t := f.Type(); t.NumIn() != sig.Params().Len() || t.NumOut() != sig.Results().Len() || t.IsVariadic() != sig.Variadic() {
				c.failf("%s.%s: %v is in the table as %v", table.Path, name, sig, t)
			}
		}
	case *types.Var:
		if v, ok := table.Vars[name]; !ok || v.Kind() != reflect.Pointer {
			c.failf("%s.%s: a variable has no pointer", table.Path, name)
		}
		c.counts.Vars++
	case *types.TypeName:
		named, ok := obj.Type().(*types.Named)
		if !ok || obj.IsAlias() || named.TypeParams().Len() > 0 {
			return
		}
		if it, ok := named.Underlying().(*types.Interface); ok && !it.IsMethodSet() {
			return
		}
		c.counts.Types++
		t := table.Types[name]
		if t == nil || t.Name() != name || t.PkgPath() != table.Path {
			c.failf("%s.%s: the type is %v", table.Path, name, t)
			return
		}
		if size := types.SizesFor("gc", runtime.GOARCH).Sizeof(named); uintptr(size) != t.Size() {
			c.failf("%s.%s: %d bytes, the checker says %d", table.Path, name, t.Size(), size)
		}
	}
}

// hidden walks to a hidden type.
func (c *checker) hidden(path, name string) {
	defer func() {
		if r := recover(); r != nil {
			c.failf("way to %s.%s: %v", path, name, r)
		}
	}()
	c.counts.Hidden++
	if t := compiled.Type(path, name); t == nil || t.PkgPath() != path || t.Name() != name && !sameInstance(t.Name(), name) {
		c.failf("way to %s.%s leads to %v of %q", path, name, t, t.PkgPath())
	}
}

// sameInstance compares an instance as reflect names it with its name here: reflect
// spells any as interface {}.
func sameInstance(a, b string) bool {
	head := func(s string) string {
		for i, r := range s {
			if r == '[' {
				return s[:i]
			}
		}
		return s
	}
	return head(a) == head(b) && head(a) != a
}

// source checks the source of a package: each body in it holds.
func (c *checker) source(path string) {
	files, _ := compiled.Source(path)
	var list []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := parser.ParseFile(c.fset, path+"/"+name, files[name], parser.SkipObjectResolution)
		if err != nil {
			c.failf("source: %w", err)
			return
		}
		list = append(list, f)
	}
	pkg := types.NewPackage(path, list[0].Name.Name)
	c.pkgs[path] = pkg
	conf := types.Config{Importer: c, Sizes: types.SizesFor("gc", runtime.GOARCH), Error: func(err error) { c.failf("source: %w", err) }}
	types.NewChecker(&conf, c.fset, pkg, nil).Files(list)
	c.counts.Sources++
	for _, f := range list {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body == nil {
				c.bodyless(path, fn)
			}
		}
	}
}

// bodyless checks that a function without a body has a compiled value, by which it is
// called: methods are found by reflection.
func (c *checker) bodyless(path string, fn *ast.FuncDecl) {
	if fn.Recv != nil {
		return
	}
	if p := compiled.Lookup(path); p == nil || !p.Funcs[fn.Name.Name].IsValid() {
		c.failf("source: %s.%s has neither a body nor a compiled value", path, fn.Name.Name)
	}
}
