package help

import (
	"go/ast"
	"go/parser"
	"go/types"
)

// asFunctions makes functions of the methods that a file declares for types of the
// notebook, with the receiver as the first parameter: go/types wants a type to be
// in the same file as its methods.
func (d *draft) asFunctions(file *ast.File, declared map[string]bool) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil || len(f.Recv.List) == 0 {
			continue
		}
		name, params := receiverType(f.Recv.List[0].Type)
		if name == nil || declared[name.Name] {
			continue
		}
		f.Name = &ast.Ident{NamePos: f.Name.Pos(), Name: "_"}
		f.Type.Params.List = append(f.Recv.List[:1:1], f.Type.Params.List...)
		f.Recv = nil
		d.declareParameters(f, name.Name, params)
	}
}

// receiverType returns the name of a receiver's type and its type parameters.
func receiverType(x ast.Expr) (name *ast.Ident, params []*ast.Ident) {
	if s, ok := ast.Unparen(x).(*ast.StarExpr); ok {
		x = s.X
	}
	var args []ast.Expr
	switch g := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		x, args = g.X, []ast.Expr{g.Index}
	case *ast.IndexListExpr:
		x, args = g.X, g.Indices
	}
	name, _ = ast.Unparen(x).(*ast.Ident)
	for _, a := range args {
		if id, ok := a.(*ast.Ident); ok {
			params = append(params, id)
		}
	}
	return name, params
}

// declareParameters declares the type parameters of a receiver at the function.
func (d *draft) declareParameters(f *ast.FuncDecl, typeName string, params []*ast.Ident) {
	o, ok := d.pkg.Scope().Lookup(typeName).(*types.TypeName)
	if !ok || len(params) == 0 {
		return
	}
	n, ok := o.Type().(*types.Named)
	if !ok || n.TypeParams().Len() != len(params) {
		return
	}
	list := &ast.FieldList{Opening: f.Name.Pos(), Closing: f.Name.Pos()}
	for i, id := range params {
		constraint, err := parser.ParseExpr("interface{" + typeText(n.TypeParams().At(i).Constraint()) + "}")
		if err != nil {
			constraint = ast.NewIdent("any")
		}
		list.List = append(list.List, &ast.Field{Names: []*ast.Ident{{NamePos: f.Name.Pos(), Name: id.Name}}, Type: constraint})
	}
	f.Type.TypeParams = list
}
