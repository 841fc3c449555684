package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// orderCalls makes the calls of a statement come before the other operands are read. Go
// leaves the order open; the compiler reads variables last, and programs count on it:
//
//	var v T
//	return v, json.Unmarshal(data, &v)
//
// go/ssa reads them from left to right. So a call to the right of an operand that it may
// change gets a statement of its own, in front.
func orderCalls(part *Part) {
	o := &orderer{info: part.Info, pkg: part.Package, shared: map[*types.Var]bool{}}
	for _, file := range part.files {
		ast.Inspect(file, o.share)
		ast.Inspect(file, o.block)
	}
	specs := severalValues(part.File)
	var order []*types.Initializer
	for _, init := range part.Info.InitOrder {
		before := o.within(init.Rhs)
		if values := specs[init.Rhs]; values != nil {
			old := slices.Clone(values)
			before = append(before, o.operands(values)...)
			for i, v := range old {
				specs[v] = nil
				if v != values[i] {
					replaceValue(part.Info.InitOrder, v, values[i])
				}
			}
		}
		for _, st := range before {
			order = append(order, o.variable(st.(*ast.AssignStmt), part.File))
		}
		order = append(order, init)
	}
	part.Info.InitOrder = order
}

// block orders the statements of a block.
func (o *orderer) block(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		n.List = o.statements(n.List)
	case *ast.CaseClause:
		n.Body = o.statements(n.Body)
	case *ast.CommClause:
		n.Body = o.statements(n.Body)
	}
	return true
}

// severalValues finds the declarations of variables with a value for each: by value, all
// values of its declaration.
func severalValues(file *ast.File) map[ast.Expr][]ast.Expr {
	specs := map[ast.Expr][]ast.Expr{}
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				if values := spec.(*ast.ValueSpec).Values; len(values) > 1 {
					for _, v := range values {
						specs[v] = values
					}
				}
			}
		}
	}
	return specs
}

func replaceValue(order []*types.Initializer, old, value ast.Expr) {
	for _, init := range order {
		if init.Rhs == old {
			init.Rhs = value
		}
	}
}

// variable makes a variable of the package of what hoist returned.
func (o *orderer) variable(st *ast.AssignStmt, file *ast.File) *types.Initializer {
	id := st.Lhs[0].(*ast.Ident)
	v := o.info.Defs[id].(*types.Var)
	o.pkg.Scope().Insert(v)
	spec := &ast.ValueSpec{Names: []*ast.Ident{id}, Values: st.Rhs}
	file.Decls = append(file.Decls, &ast.GenDecl{Tok: token.VAR, TokPos: id.NamePos, Specs: []ast.Spec{spec}})
	return &types.Initializer{Lhs: []*types.Var{v}, Rhs: st.Rhs[0]}
}

type orderer struct {
	info   *types.Info
	pkg    *types.Package
	shared map[*types.Var]bool // local variables whose address somebody has
	n      int                 // how many calls got a variable
}

// share notes variables that a call may change: those whose address is taken, or that a
// function literal uses.
func (o *orderer) share(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			o.root(n.X)
		}
	case *ast.SliceExpr:
		o.root(n.X)
	case *ast.SelectorExpr:
		if s := o.info.Selections[n]; s != nil && s.Kind() != types.FieldVal {
			o.root(n.X)
		}
	case *ast.FuncLit:
		ast.Inspect(n.Body, func(m ast.Node) bool {
			if id, ok := m.(*ast.Ident); ok {
				if v, ok := o.info.Uses[id].(*types.Var); ok && (v.Pos() < n.Pos() || v.Pos() > n.End()) {
					o.shared[v] = true
				}
			}
			return true
		})
	}
	return true
}

// root notes the variable that an operand is a part of.
func (o *orderer) root(e ast.Expr) {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			if v, ok := o.info.Uses[x].(*types.Var); ok {
				o.shared[v] = true
			}
			return
		default:
			return
		}
	}
}

func (o *orderer) statements(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, st := range list {
		switch st := st.(type) {
		case *ast.ReturnStmt:
			out = append(out, o.operands(st.Results)...)
		case *ast.ExprStmt:
			out = append(out, o.operands([]ast.Expr{st.X})...)
		case *ast.AssignStmt:
			if len(st.Lhs) == len(st.Rhs) && !o.anyCall(st.Lhs) {
				out = append(out, o.operands(st.Rhs)...)
			}
		}
		out = append(out, st)
	}
	return out
}

// operands returns the calls among operands as statements of their own, if one of them
// stands to the right of an operand that it may change.
func (o *orderer) operands(list []ast.Expr) (before []ast.Stmt) {
	if len(list) == 1 {
		return o.within(list[0])
	}
	last, reads := -1, false
	for i, e := range list {
		switch {
		case o.isCall(e):
			if reads {
				last = i
			}
		case o.anyCall([]ast.Expr{e}):
			return nil // calls must keep their order
		default:
			reads = reads || o.reads(e)
		}
	}
	for i := range last + 1 {
		if o.isCall(list[i]) {
			before = append(before, o.hoist(&list[i]))
		}
	}
	return before
}

// within looks at the arguments of a call, and at the values of a literal.
func (o *orderer) within(e ast.Expr) []ast.Stmt {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		if o.anyCall([]ast.Expr{e.Fun}) {
			return nil
		}
		return o.operands(e.Args)
	case *ast.UnaryExpr:
		return o.within(e.X)
	case *ast.CompositeLit:
		for _, v := range e.Elts {
			if _, keyed := v.(*ast.KeyValueExpr); keyed {
				return nil
			}
		}
		return o.operands(e.Elts)
	}
	return nil
}

// hoist replaces a call by a variable, and returns the statement that sets it.
func (o *orderer) hoist(at *ast.Expr) ast.Stmt {
	call := *at
	tv := o.info.Types[call]
	o.n++
	name := fmt.Sprint(hidden, o.n, hidden)
	v := types.NewVar(call.Pos(), o.pkg, name, tv.Type)
	def, use := &ast.Ident{NamePos: call.Pos(), Name: name}, &ast.Ident{NamePos: call.Pos(), Name: name}
	o.info.Defs[def], o.info.Uses[use], o.info.Types[use] = v, v, tv
	*at = use
	return &ast.AssignStmt{Lhs: []ast.Expr{def}, TokPos: call.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{call}}
}

// isCall reports whether an operand is a call that may change something and has a value.
func (o *orderer) isCall(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || o.info.Types[call.Fun].IsType() || o.info.Types[call].Value != nil {
		return false
	}
	if _, several := o.info.TypeOf(call).(*types.Tuple); several {
		return false
	}
	if o.info.Types[call.Fun].IsBuiltin() {
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		return ok && id.Name == "copy"
	}
	return true
}

// anyCall reports whether operands contain a call, or a receive, outside function literals.
func (o *orderer) anyCall(list []ast.Expr) (found bool) {
	for _, e := range list {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.UnaryExpr:
				found = found || n.Op == token.ARROW
			case *ast.CallExpr:
				found = found || o.isCall(n)
			}
			return !found
		})
	}
	return found
}

// reads reports whether an operand reads what a call may change.
func (o *orderer) reads(e ast.Expr) (found bool) {
	if o.info.Types[e].Value != nil {
		return false
	}
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			return n.Op != token.AND
		case *ast.StarExpr, *ast.IndexExpr:
			found = true
		case *ast.Ident:
			v, ok := o.info.Uses[n].(*types.Var)
			found = found || ok && !v.IsField() && (o.shared[v] || v.Pkg() != nil && v.Parent() == v.Pkg().Scope())
		}
		return !found
	})
	return found
}
