package eval

import (
	"go/ast"
	"go/types"
	"strings"
)

// unkeyed begins what go/types says of P{1, 2} where a field of P is not exported and P
// is of another package. A cell is a package, so it would say that of types of earlier
// cells too.
const unkeyed = "implicit assignment to unexported field"

// ofCell reports whether a message about a literal is about a type of a cell.
func ofCell(text string) bool {
	_, name, ok := strings.Cut(text, "struct literal of type ")
	return ok && (strings.HasPrefix(name, "main.") || strings.HasPrefix(name, `"main".`))
}

// addKeys writes the field names into literals of types of other cells, which go/types
// then finds by the path of their package. It reports whether there were any.
func addKeys(part *Part) (added bool) {
	for _, file := range part.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && len(lit.Elts) > 0 {
				if st := structOf(part.Info.TypeOf(lit)); st != nil && foreign(st, part.Package) && addKeysTo(lit, st) {
					added = true
				}
			}
			return true
		})
	}
	return added
}

// structOf is the struct type of a literal's type, which is a pointer where &P is left
// out; nil if it is none.
func structOf(t types.Type) *types.Struct {
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, _ := t.Underlying().(*types.Struct)
	return st
}

// foreign reports whether fields that are not exported belong to another cell than pkg.
func foreign(st *types.Struct, pkg *types.Package) bool {
	for f := range st.Fields() {
		if !f.Exported() && f.Pkg() != pkg && f.Pkg() != nil && f.Pkg().Path() == pkg.Path() {
			return true
		}
	}
	return false
}

// addKeysTo writes keys into a literal that gives each field a value. Values of blank
// fields, which cannot be named, are left out.
func addKeysTo(lit *ast.CompositeLit, st *types.Struct) bool {
	if len(lit.Elts) != st.NumFields() {
		return false
	}
	var list []ast.Expr
	for i, e := range lit.Elts {
		if _, ok := e.(*ast.KeyValueExpr); ok {
			return false
		}
		if name := st.Field(i).Name(); name != "_" {
			list = append(list, keyValue(name, e))
		}
	}
	lit.Elts = list
	return true
}

func keyValue(name string, value ast.Expr) ast.Expr {
	return &ast.KeyValueExpr{Key: &ast.Ident{NamePos: value.Pos(), Name: name}, Colon: value.Pos(), Value: value}
}
