package interp

import (
	"go/ast"
	"go/token"
)

// Names of the builtins that rewritten cells call.
const (
	goName    = "__go"    // guards the function of a go statement
	rangeName = "__range" // makes an integer something to range over
	runName   = "__run"   // gives the state of the calling goroutine
	blankName = "__blank" // stands for _ where it is declared
)

// rewrite changes the syntax trees of a cell so that gomacro, which knows the
// language of Go 1.17, gives them today's meaning. Positions are kept.
func (in *Interp) rewrite(nodes []ast.Node) []ast.Node {
	for _, node := range nodes {
		ast.Inspect(node, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				rewriteRange(n)
			case *ast.ForStmt:
				rewriteFor(n)
			case *ast.GoStmt:
				rewriteGo(n)
			case *ast.ValueSpec:
				nameBlanks(n)
			case *ast.CallExpr:
				if _, isSelector := n.Fun.(*ast.SelectorExpr); isSelector {
					in.rewriteHandedOver(n.Args)
				}
			case *ast.CompositeLit:
				in.rewriteHandedOver(n.Elts)
			case *ast.AssignStmt:
				if _, isSelector := n.Lhs[0].(*ast.SelectorExpr); isSelector {
					in.rewriteHandedOver(n.Rhs)
				}
			}
			return true
		})
	}
	return nodes
}

// rewriteRange lets a range run over an integer, and gives each iteration its own
// variables where that can be seen.
func rewriteRange(n *ast.RangeStmt) {
	if _, literal := n.X.(*ast.CompositeLit); !literal {
		n.X = call(rangeName, n.X)
	}
	if n.Tok == token.DEFINE && captures(n.Body) {
		fresh(n.Body, idents(n.Key, n.Value))
	}
}

// rewriteFor gives each iteration of a three-clause loop its own variables. The
// copy is right as long as the body does not change them.
func rewriteFor(n *ast.ForStmt) {
	init, ok := n.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE || !captures(n.Body) {
		return
	}
	if vars := idents(init.Lhs...); !assigns(n.Body, vars) {
		fresh(n.Body, vars)
	}
}

func rewriteGo(n *ast.GoStmt) {
	if id, ok := n.Call.Fun.(*ast.Ident); ok && builtinFuncs[id.Name] {
		return
	}
	n.Call.Fun = call(goName, n.Call.Fun)
}

var builtinFuncs = map[string]bool{"close": true, "copy": true, "delete": true, "panic": true, "print": true, "println": true, "recover": true, "clear": true}

// nameBlanks gives the blank variables of a declaration a name: gomacro finds no
// place for a blank variable without value.
func nameBlanks(n *ast.ValueSpec) {
	for i, id := range n.Names {
		if id.Name == "_" {
			n.Names[i] = &ast.Ident{Name: blankName, NamePos: id.NamePos}
		}
	}
}

// call makes name(arg) at the place of arg.
func call(name string, arg ast.Expr) *ast.CallExpr {
	return &ast.CallExpr{Fun: &ast.Ident{Name: name, NamePos: arg.Pos()}, Lparen: arg.Pos(), Args: []ast.Expr{arg}, Rparen: arg.End()}
}

// idents returns the named ones among some expressions.
func idents(exprs ...ast.Expr) []*ast.Ident {
	var ids []*ast.Ident
	for _, e := range exprs {
		if id, ok := e.(*ast.Ident); ok && id != nil && id.Name != "_" {
			ids = append(ids, id)
		}
	}
	return ids
}

// fresh puts "a, b := a, b" in front of a loop body.
func fresh(body *ast.BlockStmt, vars []*ast.Ident) {
	if len(vars) == 0 {
		return
	}
	s := &ast.AssignStmt{Tok: token.DEFINE, TokPos: body.Pos()}
	for _, v := range vars {
		s.Lhs = append(s.Lhs, &ast.Ident{Name: v.Name, NamePos: v.NamePos})
		s.Rhs = append(s.Rhs, &ast.Ident{Name: v.Name, NamePos: v.NamePos})
	}
	body.List = append([]ast.Stmt{s}, body.List...)
}

// captures reports whether a variable may outlive its iteration: a function
// literal or an address is made.
func captures(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND
		}
		return !found
	})
	return found
}

// assigns reports whether one of vars is changed, or may be through its address.
func assigns(body ast.Node, vars []*ast.Ident) bool {
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		for _, v := range vars {
			if ok && id.Name == v.Name {
				return true
			}
		}
		return false
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				found = found || n.Tok != token.DEFINE && is(lhs)
			}
		case *ast.IncDecStmt:
			found = found || is(n.X)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && is(n.X)
		}
		return !found
	})
	return found
}
