package eval

import (
	"go/token"
	"go/types"
	"unsafe"
)

// newPackage returns the package of a cell, or of a part of one. What it mentions of
// earlier cells lies in a scope around that of the package: whatever lies in the scope
// itself go/types takes for declared in the package, and looks for its declaration.
func newPackage(earlier []types.Object) *types.Package {
	around := types.NewScope(types.Universe, token.NoPos, token.NoPos, "earlier cells")
	for _, obj := range earlier {
		around.Insert(obj)
	}
	pkg := types.NewPackage("main", "main")
	parent := (**types.Scope)(unsafe.Pointer(pkg.Scope())) // its first field
	if *parent != types.Universe {
		panic("eval: go/types keeps the parent of a scope elsewhere: built for another Go")
	}
	*parent = around
	return pkg
}
