package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// define makes a package variable of "names := values".
func (p *partParser) define(pc piece) {
	list, problems := p.src.statements(pc.off, pc.end)
	p.problems = append(p.problems, problems...)
	if len(list) == 0 {
		return
	}
	assign, ok := list[0].(*ast.AssignStmt)
	if !ok || len(list) > 1 {
		p.mention(pc, true)
		for _, st := range list {
			p.statement(st)
		}
		return
	}
	if p.splitsBefore(pc) {
		p.next()
	}
	p.mention(pc, true)
	p.close()
	var nodes []ast.Node
	for _, e := range assign.Rhs {
		nodes = append(nodes, e)
	}
	p.fresh(pc, pc.names, nodes...).values = true
	spec := &ast.ValueSpec{Values: assign.Rhs}
	specs := []ast.Spec{spec}
	if len(assign.Rhs) > 1 && slices.ContainsFunc(pc.names, p.s.has) { // all values come before the first assignment
		spec = &ast.ValueSpec{}
		values := &ast.ValueSpec{Values: assign.Rhs}
		for _, lhs := range assign.Lhs {
			id := p.hiddenName(lhs.(*ast.Ident))
			values.Names, spec.Values = append(values.Names, id), append(spec.Values, &ast.Ident{NamePos: assign.End(), Name: id.Name})
		}
		specs = []ast.Spec{values, spec}
	}
	for _, lhs := range assign.Lhs {
		id := lhs.(*ast.Ident)
		if id.Name != "_" && p.cur.names[id.Name].IsValid() { // declared above in this part: assigned, as in Go
			id = p.hiddenName(id)
		}
		spec.Names = append(spec.Names, id)
	}
	for i, id := range spec.Names {
		if assign.Lhs[i] == ast.Expr(id) && id.Name != "_" {
			p.cur.names[id.Name], p.cur.variable[id.Name] = id.Pos(), true
		}
		if pc.words[id.Name] {
			p.hide(id.Name, assign.Rhs)
		}
	}
	p.cur.decls, p.cur.ordered = append(p.cur.decls, &ast.GenDecl{Tok: token.VAR, TokPos: assign.Pos(), Specs: specs}), true
	for i, id := range spec.Names {
		if assign.Lhs[i] != ast.Expr(id) {
			name := assign.Lhs[i].(*ast.Ident).Name
			end := assign.End() // what has its value from here on comes after the values
			p.statement(&ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: end, Name: name}}, TokPos: end, Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.Ident{NamePos: end, Name: id.Name}}})
		}
	}
}

// hiddenName makes a name for what a name of a cell stands for in passing.
func (p *partParser) hiddenName(id *ast.Ident) *ast.Ident {
	p.cur.again++
	return &ast.Ident{NamePos: id.NamePos, Name: fmt.Sprint(id.Name, hidden, p.cur.again, hidden)}
}

// splitsBefore reports whether a define needs a part of its own: when all its names are
// declared above, or one of them was used above and means the older one there.
func (p *partParser) splitsBefore(pc piece) bool {
	all, some := true, false
	for _, name := range pc.names {
		if name == "_" {
			continue
		}
		some = true
		here := p.cur.names[name].IsValid()
		all = all && here
		if !here && p.cur.used[name] && (p.s.has(name) || p.packageOf(name) != "") {
			return true
		}
	}
	return some && all
}

// packageOf returns the path of the package that a name means before it is defined, "" if it
// means none.
func (p *partParser) packageOf(name string) string {
	for _, spec := range p.imports {
		if to, path, err := p.s.imported(spec); err == nil && to == name {
			return path
		}
	}
	if p.s.has(name) {
		return ""
	}
	return p.s.imports[name]
}

// hide lets the values of a define mean what a name meant before it.
func (p *partParser) hide(name string, values []ast.Expr) {
	list := mentions(name, values)
	switch path := p.packageOf(name); {
	case len(list) == 0:
		return
	case path != "":
		p.cur.packages[name+hidden] = path
	case p.s.has(name):
		p.cur.old[name+hidden] = name
	case types.Universe.Lookup(name) != nil: // a cell's names hide Go's own from its first line on
		p.problems = append(p.problems, Problem{p.src.frame(list[0].Pos()), "a cell that declares " + name + " cannot use Go's own: choose another name"})
		return
	default:
		p.cur.undefined = append(p.cur.undefined, list...)
		return
	}
	for _, id := range list {
		id.Name = name + hidden
	}
}

// mentions returns where values mention a name, unless one of them declares it itself.
func mentions(name string, values []ast.Expr) (list []*ast.Ident) {
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, look)
			return false
		case *ast.KeyValueExpr:
			if _, ok := n.Key.(*ast.Ident); ok {
				ast.Inspect(n.Value, look)
				return false
			}
		case *ast.Ident:
			if n.Name == name {
				list = append(list, n)
			}
		}
		return true
	}
	for _, v := range values {
		if declaresInside(v, name) {
			return nil
		}
		ast.Inspect(v, look)
	}
	return list
}

// declaresInside reports whether an expression declares a name itself, in a function literal.
func declaresInside(e ast.Expr, name string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				id, ok := lhs.(*ast.Ident)
				found = found || ok && n.Tok == token.DEFINE && id.Name == name
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				id, ok := e.(*ast.Ident)
				found = found || ok && n.Tok == token.DEFINE && id.Name == name
			}
		case *ast.Field:
			for _, id := range n.Names {
				found = found || id.Name == name
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				found = found || id.Name == name
			}
		case *ast.TypeSpec:
			found = found || n.Name.Name == name
		}
		return !found
	})
	return found
}
