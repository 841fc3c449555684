//go:build axnkernel

package main

import (
	"go/token"
	"go/types"
	"reflect"

	"axn/kernelspec/eval"
)

// notebook is a session as help asks it.
type notebook struct{ s *eval.Session }

func (n notebook) Import(path string) (*types.Package, error) { return n.s.Package(path) }
func (n notebook) Paths() []string                            { return eval.Importable() }
func (n notebook) Value(name string) (reflect.Value, bool)    { return n.s.Value(name) }

func (n notebook) Doc(o types.Object) string {
	name, _ := n.s.Describe(o)
	return name.Doc
}

// predeclared are the names that every notebook has.
var predeclared = []string{"ctx", "Display"}

func (n notebook) Objects() []types.Object {
	var list []types.Object
	seen := map[string]bool{}
	for _, name := range n.s.Names() {
		list = append(list, name.Object)
		seen[name.Object.Name()] = true
	}
	for _, name := range predeclared {
		if o, ok := n.s.Lookup(name); ok && !seen[name] {
			list = append(list, o.Object)
		}
	}
	pkg := types.NewPackage("main", "main")
	for name, path := range n.s.Imports() {
		if p, err := n.s.Package(path); err == nil && !seen[name] {
			list = append(list, types.NewPkgName(token.NoPos, pkg, name, p))
		}
	}
	return list
}

// known reports whether a name means something, without reading packages.
func (n notebook) known(name string) bool {
	if _, ok := n.s.Lookup(name); ok || types.Universe.Lookup(name) != nil {
		return true
	}
	_, imported := n.s.Imports()[name]
	return imported
}
