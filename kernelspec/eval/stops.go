package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"axn/kernelspec/eval/code"
)

// Stops are calls of a function that cells cannot name, one before each statement. They
// hand it the addresses of the local variables that can be seen there, by which a debugger
// reads and sets them. They are put into the syntax of a part after go/types accepted it,
// which then checks it anew; a part without them is what it is without a debugger.

// stopName is the stop function.
const stopName = hidden + "stop"

// declareStop declares the stop function.
func (s *Session) declareStop() {
	pkg := types.NewPackage("main", "main")
	any := types.NewSlice(types.Universe.Lookup("any").Type())
	list := types.NewTuple(types.NewParam(0, pkg, "names", types.Typ[types.String]), types.NewParam(0, pkg, "addresses", any))
	result := types.NewTuple(types.NewParam(0, pkg, "", types.Typ[types.Bool]))
	f := types.NewFunc(0, pkg, stopName, types.NewSignatureType(nil, nil, nil, list, result, true))
	pkg.Scope().Insert(f)
	s.program.Provide(pkg, nil, nil)
	s.program.StopAt(f)
	s.stopAt = f
}

// stopper puts stops into syntax.
type stopper struct {
	info  *types.Info // nil: places are only gathered
	line  func(token.Pos) int
	lines map[int]bool // of the function so far: a breakpoint stops at the first stop of a line
	took  func(line int)
}

// wantsStops reports whether a debugger may stop in what a part declares, or in what follows it.
func (p *Part) wantsStops(src *source) bool {
	return src.stops || slices.ContainsFunc(p.followers, func(f *follower) bool { return f.src.stops })
}

// addStops puts stops into what follows a part that go/types accepted, and into its own
// declarations if own is set.
func (s *Session) addStops(p *Part, own bool) {
	line := func(pos token.Pos) int { return s.fset.PositionFor(pos, false).Line }
	st := &stopper{info: p.Info, line: line, lines: map[int]bool{}, took: func(int) {}}
	if own {
		p.part.decls = st.decls(p.part.decls, p.part.groups)
	}
	for _, f := range p.followers {
		if f.src.stops {
			st.decls(f.decls, nil)
		}
	}
	p.part.words[stopName] = true
}

// decls puts stops into declarations, and before those of variables that have values.
func (st *stopper) decls(decls []ast.Decl, groups map[token.Pos]bool) (list []ast.Decl) {
	for _, d := range single(decls) {
		g, ok := d.(*ast.GenDecl)
		if ok && g.Tok == token.VAR && hasValues(g) && !isGroup(g, groups) {
			call := st.stop(g.TokPos, g.TokPos, nil, false)
			list = append(list, blankVariable(g.TokPos, call))
		}
		st.inside(d, nil)
		list = append(list, d)
	}
	return list
}

// single takes declarations of variables in parentheses apart.
func single(decls []ast.Decl) (list []ast.Decl) {
	for _, d := range decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR || !g.Lparen.IsValid() {
			list = append(list, d)
			continue
		}
		for _, spec := range g.Specs {
			list = append(list, &ast.GenDecl{Doc: g.Doc, Tok: token.VAR, TokPos: spec.Pos(), Specs: []ast.Spec{spec}})
		}
	}
	return list
}

func hasValues(g *ast.GenDecl) bool {
	return slices.ContainsFunc(g.Specs, func(spec ast.Spec) bool { return len(spec.(*ast.ValueSpec).Values) > 0 })
}

// isGroup reports whether a declaration holds statements of the cell.
func isGroup(g *ast.GenDecl, groups map[token.Pos]bool) bool {
	values := g.Specs[0].(*ast.ValueSpec).Values
	if len(g.Specs) != 1 || len(values) != 1 {
		return false
	}
	call, ok := values[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	lit, ok := call.Fun.(*ast.FuncLit)
	return ok && groups[lit.Pos()]
}

func blankVariable(pos token.Pos, e ast.Expr) ast.Decl {
	spec := &ast.ValueSpec{Names: []*ast.Ident{{NamePos: pos, Name: "_"}}, Values: []ast.Expr{e}}
	return &ast.GenDecl{Tok: token.VAR, TokPos: pos, Specs: []ast.Spec{spec}}
}

// stop makes a call of the stop function that lies at a place of a scope and stands for
// another place.
func (st *stopper) stop(at, pos token.Pos, scope *scopes, minor bool) *ast.CallExpr {
	line := st.line(pos)
	if minor = minor || st.lines[line]; !minor {
		st.lines[line] = true
		st.took(line)
	}
	names := st.visible(scope, at)
	text := strings.Join(names, " ")
	if minor {
		text = code.MinorMark + text
	}
	args := []ast.Expr{&ast.BasicLit{ValuePos: at, Kind: token.STRING, Value: strconv.Quote(text)}}
	for _, name := range names {
		args = append(args, &ast.UnaryExpr{OpPos: at, Op: token.AND, X: &ast.Ident{NamePos: at, Name: name}})
	}
	return &ast.CallExpr{Fun: &ast.Ident{NamePos: at, Name: stopName}, Lparen: pos, Args: args, Rparen: at}
}

// inside puts stops into the functions that a node holds.
func (st *stopper) inside(n ast.Node, scope *scopes) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				st.function(n.Type, n.Body, scope)
			}
			return false
		case *ast.FuncLit:
			st.function(n.Type, n.Body, scope)
			return false
		}
		return true
	})
}

// function puts stops into a function. One without results stops at its end too.
func (st *stopper) function(t *ast.FuncType, body *ast.BlockStmt, scope *scopes) {
	if made(t) {
		return
	}
	outside := st.lines
	st.lines = map[int]bool{}
	scope = st.in(t, scope)
	body.List = st.block(body.List, scope)
	if t.Results == nil || len(t.Results.List) == 0 {
		body.List = append(body.List, &ast.ExprStmt{X: st.stop(body.Rbrace, body.Rbrace, scope, false)})
	}
	st.lines = outside
}

// made reports whether a function is one that makes a zero value, which no cell has.
func made(t *ast.FuncType) bool {
	return t.Results != nil && len(t.Results.List) == 1 && len(t.Results.List[0].Names) == 1 && strings.Contains(t.Results.List[0].Names[0].Name, hidden)
}

// block puts stops before the statements of a block.
func (st *stopper) block(list []ast.Stmt, scope *scopes) (all []ast.Stmt) {
	for _, s := range list {
		all = append(all, st.statement(s, scope)...)
	}
	return all
}

// statement returns a statement with the stop before it, and those inside.
func (st *stopper) statement(s ast.Stmt, scope *scopes) (list []ast.Stmt) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return []ast.Stmt{s}
	case *ast.BlockStmt:
		s.List = st.block(s.List, st.in(s, scope))
		return []ast.Stmt{s}
	case *ast.LabeledStmt:
		return st.labelled(s, scope)
	}
	if st.stopsBefore(s) {
		list = append(list, &ast.ExprStmt{X: st.stop(s.Pos(), s.Pos(), scope, false)})
	}
	st.parts(s, scope)
	return append(list, s)
}

// stopsBefore reports whether a stop stands before a statement.
func (st *stopper) stopsBefore(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.DeclStmt:
		return s.Decl.(*ast.GenDecl).Tok == token.VAR
	case *ast.ForStmt:
		return s.Init != nil || !st.stopsAtCondition(s)
	}
	return !unwritten(s)
}

// parts puts stops into the parts of a statement.
func (st *stopper) parts(s ast.Stmt, scope *scopes) {
	outer := scope
	scope = st.in(s, scope)
	switch s := s.(type) {
	case *ast.IfStmt:
		st.ifStatement(s, scope)
	case *ast.ForStmt:
		st.forStatement(s, scope)
	case *ast.RangeStmt:
		st.inside(s.X, outer)
		head := &ast.ExprStmt{X: st.stop(s.Body.Lbrace, s.For, scope, true)}
		s.Body.List = append([]ast.Stmt{head}, st.block(s.Body.List, st.in(s.Body, scope))...)
	case *ast.SwitchStmt:
		st.within(scope, s.Init, s.Tag)
		st.clauses(s.Body, scope)
	case *ast.TypeSwitchStmt:
		st.within(scope, s.Init, s.Assign)
		st.clauses(s.Body, scope)
	case *ast.SelectStmt:
		st.clauses(s.Body, scope)
	default:
		st.inside(s, scope)
	}
}

// unwritten reports whether a statement is one that the evaluator made: the return behind
// the statements of a cell, and what gives a variable the value that := stands for.
func unwritten(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		if len(s.Results) != 1 {
			return false
		}
		lit, ok := s.Results[0].(*ast.CompositeLit)
		return ok && lit.Lbrace == s.Return && lit.Rbrace == s.Return
	case *ast.AssignStmt:
		id, ok := s.Rhs[0].(*ast.Ident)
		return ok && strings.Contains(id.Name, hidden)
	}
	return false
}

// within puts stops into the functions of parts of a statement.
func (st *stopper) within(scope *scopes, parts ...ast.Node) {
	for _, n := range parts {
		switch n := n.(type) {
		case ast.Stmt:
			if n != nil {
				st.inside(n, scope)
			}
		case ast.Expr:
			if n != nil {
				st.inside(n, scope)
			}
		}
	}
}

// labelled takes a statement with a label. Loops keep theirs; else what a goto leads to
// begins with the stop.
func (st *stopper) labelled(s *ast.LabeledStmt, scope *scopes) []ast.Stmt {
	list := st.statement(s.Stmt, scope)
	switch s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.LabeledStmt:
		s.Stmt = list[len(list)-1]
		return append(list[:len(list)-1:len(list)-1], s)
	}
	s.Stmt = list[0]
	return append([]ast.Stmt{s}, list[1:]...)
}

// ifStatement takes an if. An if behind else gets a block, to stop in.
func (st *stopper) ifStatement(s *ast.IfStmt, scope *scopes) {
	st.within(scope, s.Init, s.Cond)
	s.Body.List = st.block(s.Body.List, st.in(s.Body, scope))
	switch e := s.Else.(type) {
	case *ast.BlockStmt:
		e.List = st.block(e.List, st.in(e, scope))
	case *ast.IfStmt:
		s.Else = &ast.BlockStmt{Lbrace: e.Pos(), List: st.statement(e, scope), Rbrace: e.End()}
	}
}

// forStatement takes a for, which stops at its condition each time.
func (st *stopper) forStatement(s *ast.ForStmt, scope *scopes) {
	if st.stopsAtCondition(s) {
		call := st.stop(s.Cond.Pos(), s.For, scope, s.Init != nil)
		defer func() {
			cond := &ast.ParenExpr{Lparen: s.Cond.Pos(), X: s.Cond, Rparen: s.Cond.End()}
			s.Cond = &ast.BinaryExpr{X: call, OpPos: s.Cond.Pos(), Op: token.LAND, Y: cond}
		}()
	}
	st.within(scope, s.Init, s.Cond, s.Post)
	s.Body.List = st.block(s.Body.List, st.in(s.Body, scope))
}

// stopsAtCondition reports whether a stop fits into the condition of a for.
func (st *stopper) stopsAtCondition(s *ast.ForStmt) bool { return s.Cond != nil && st.isBool(s.Cond) }

// isBool reports whether a condition has the type bool, or none yet.
func (st *stopper) isBool(e ast.Expr) bool {
	if st.info == nil {
		return true
	}
	b, ok := types.Unalias(st.info.TypeOf(e)).(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// clauses puts stops into the clauses of a switch or select.
func (st *stopper) clauses(body *ast.BlockStmt, scope *scopes) {
	for _, c := range body.List {
		scope := st.in(c, scope)
		switch c := c.(type) {
		case *ast.CaseClause:
			for _, e := range c.List {
				st.inside(e, scope)
			}
			c.Body = st.block(c.Body, scope)
		case *ast.CommClause:
			st.within(scope, c.Comm)
			c.Body = st.block(c.Body, scope)
		}
	}
}

// StopLines returns the lines of a cell at which a debugger can stop, sorted. The cell is
// only parsed.
func (s *Session) StopLines(text string) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := newSource(token.NewFileSet(), "cell", text)
	pieces, _ := split(text)
	p := &partParser{s: s, src: src}
	p.parse(pieces)
	lines := map[int]bool{}
	st := &stopper{line: func(pos token.Pos) int { return src.frame(pos).Line }, lines: map[int]bool{}, took: func(line int) { lines[line] = true }}
	for _, pt := range p.done {
		st.decls(pt.decls, pt.groups)
	}
	return slices.Sorted(maps.Keys(lines))
}
