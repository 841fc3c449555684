package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Statements of a cell lie in function literals between the variables that it declares, and
// a goto cannot leave a function. So where one does, what lies between it and its label
// becomes one function, in which the variables are assigned.

// jump is a goto of a cell, outside function literals, or the label that it names.
type jump struct {
	label *ast.Ident
	lit   *ast.FuncLit // the group that it lies in
}

// noteJumps notes the labels and gotos of a statement at the top level.
func (p *partParser) noteJumps(st ast.Stmt, lit *ast.FuncLit) {
	for l, ok := st.(*ast.LabeledStmt); ok; l, ok = l.Stmt.(*ast.LabeledStmt) {
		p.cur.labels = append(p.cur.labels, jump{l.Label, lit})
	}
	ast.Inspect(st, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO && b.Label != nil {
			p.cur.gotos = append(p.cur.gotos, jump{b.Label, lit})
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
}

// jumps pairs the gotos of a part with labels in other groups.
func (pt *part) jumps() (pairs [][2]jump) {
	for _, g := range pt.gotos {
		own := func(l jump) bool { return l.label.Name == g.label.Name && l.lit == g.lit }
		other := func(l jump) bool { return l.label.Name == g.label.Name }
		if i := slices.IndexFunc(pt.labels, other); i >= 0 && !slices.ContainsFunc(pt.labels, own) {
			pairs = append(pairs, [2]jump{g, pt.labels[i]})
		}
	}
	return pairs
}

// jumpsTo reports whether what go/types says of a label is said because a goto and its
// label lie in two groups.
func (pt *part) jumpsTo(text string) bool {
	for _, j := range pt.jumps() {
		name := j[0].label.Name
		if text == fmt.Sprintf("label %s not declared", name) || text == fmt.Sprintf("label %s declared and not used", name) {
			return true
		}
	}
	return false
}

// join makes one function of the groups that a goto leads from and to.
func (c *checker) join(p *Part) {
	for _, j := range p.jumps() {
		order := p.Info.InitOrder
		from, to := p.holder(j[0].lit), p.holder(j[1].lit)
		p.Info.Uses[j[0].label] = p.Info.Defs[j[1].label]
		if from < to {
			if v := declaredBetween(order[from+1 : to]); v != nil {
				c.unit.Problems = append(c.unit.Problems, Problem{c.unit.src.frame(j[0].label.Pos()),
					fmt.Sprintf("goto %s jumps over variable declaration at line %d", j[0].label.Name, c.unit.src.frame(v.Pos()).Line)})
				return
			}
		}
		first, last := min(from, to), max(from, to)
		if first < last {
			p.joinGroups(order[first : last+1])
			p.Info.InitOrder = slices.Delete(order, first+1, last+1)
		}
	}
}

// holder is the index of the initializer that is, or has taken in, a group.
func (p *Part) holder(lit *ast.FuncLit) int {
	return slices.IndexFunc(p.Info.InitOrder, func(init *types.Initializer) bool {
		g := p.group(init)
		return g != nil && g.Pos() <= lit.Pos() && lit.Pos() <= g.Body.Rbrace
	})
}

// group is the function literal of an initializer that holds statements, else nil.
func (p *Part) group(init *types.Initializer) *ast.FuncLit {
	if call, ok := init.Rhs.(*ast.CallExpr); ok {
		if lit, ok := call.Fun.(*ast.FuncLit); ok && p.groups[lit.Pos()] {
			return lit
		}
	}
	return nil
}

func declaredBetween(list []*types.Initializer) *types.Var {
	for _, init := range list {
		for _, v := range init.Lhs {
			if v.Name() != "_" {
				return v
			}
		}
	}
	return nil
}

// joinGroups moves the statements and the values of initializers into the first one, which
// is a group, as the last one is.
func (p *Part) joinGroups(list []*types.Initializer) {
	into := p.group(list[0])
	end := into.Body.List[len(into.Body.List)-1]
	body := into.Body.List[:len(into.Body.List)-1]
	for _, init := range list[1:] {
		if g := p.group(init); g != nil {
			body = append(body, g.Body.List[:len(g.Body.List)-1]...)
			into.Body.Rbrace = g.Body.Rbrace
			p.remove(init.Rhs)
			continue
		}
		assign := &ast.AssignStmt{TokPos: init.Rhs.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{init.Rhs}}
		for _, v := range init.Lhs {
			id := &ast.Ident{NamePos: v.Pos(), Name: v.Name()}
			if v.Name() != "_" {
				p.Info.Uses[id] = v
			}
			assign.Lhs = append(assign.Lhs, id)
		}
		body = append(body, assign)
	}
	into.Body.List = append(body, end)
}

// remove takes the declaration of a blank variable with a value out of the file.
func (p *Part) remove(value ast.Expr) {
	p.File.Decls = slices.DeleteFunc(p.File.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return ok && g.Tok == token.VAR && len(g.Specs) == 1 && slices.Contains(g.Specs[0].(*ast.ValueSpec).Values, value)
	})
}
