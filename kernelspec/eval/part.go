package eval

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
)

// part is a run of pieces that makes one package. A cell has more than one part where
// a name that was used above is declared again below.
type part struct {
	decls     []ast.Decl
	names     map[string]token.Pos // what it declares
	variable  map[string]bool      // those of names that := or var declare
	words     map[string]bool      // identifiers that it mentions
	used      map[string]bool      // those that its statements and values mention
	old       map[string]string    // hidden names of older variables, by hidden name
	groups    map[token.Pos]bool   // function literals that hold statements of the cell
	pieces    []piece
	open      *ast.FuncLit // the group that takes the next statement
	shows     []ast.Expr   // the last expression, shown
	ordered   bool         // variables are initialised in the order of the text
	again     int
	late      []*lateMethod // methods of types of earlier cells
	types     []*typePiece
	fresh     []*original       // what it declares
	packages  map[string]string // paths of packages whose names are defined, by hidden name
	undefined []*ast.Ident      // names in the values that define them
	labels    []jump
	gotos     []jump
	stay      []*original // types that stay what they are
}

func newPart() *part {
	return &part{names: map[string]token.Pos{}, variable: map[string]bool{}, words: map[string]bool{}, used: map[string]bool{},
		old: map[string]string{}, packages: map[string]string{}, groups: map[token.Pos]bool{}}
}

// use notes the identifiers of a node as words.
func (pt *part) use(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			pt.words[id.Name] = true
		}
		return true
	})
}

// hidden marks names that no cell can spell.
const hidden = "·"

// parser makes parts of pieces.
type partParser struct {
	s        *Session
	src      *source
	done     []*part
	cur      *part
	imports  []*ast.ImportSpec
	program  bool // the cell has a package clause: it is a whole program
	problems []Problem
	mode     showMode
	own      map[string]bool    // types that the cell declares
	types    map[int]*typePiece // the pieces that declare them, by their offsets
}

// showMode says what becomes of an expression at the end of a cell.
type showMode int

const (
	showIt showMode = iota
	runIt           // it has no value
)

// parse cuts a cell into parts.
func (p *partParser) parse(pieces []piece) {
	p.cur, p.own = newPart(), map[string]bool{}
	pieces = p.keep(pieces)
	for i, pc := range pieces {
		p.piece(pc, i == len(pieces)-1)
	}
	p.close()
	p.done = append(p.done, p.cur)
}

func (p *partParser) piece(pc piece, last bool) {
	switch pc.kind {
	case pkgClause:
		p.program = true
		p.problems = append(p.problems, p.src.packageClause(pc.off, pc.end)...)
		return
	case imports:
		p.importPiece(pc)
		return
	case method:
		if !p.own[pc.recv] && p.s.declares(pc.recv) {
			p.lateMethod(pc)
			return
		}
		p.declare(pc)
		return
	case declaration:
		p.declare(pc)
		return
	case define:
		p.define(pc)
		return
	}
	if last && p.mode == showIt && p.show(pc) {
		return
	}
	list, problems := p.src.statements(pc.off, pc.end)
	p.problems = append(p.problems, problems...)
	p.mention(pc, true)
	for _, st := range list {
		p.statement(st)
	}
}

// mention notes the identifiers of a piece.
func (p *partParser) mention(pc piece, runs bool) {
	p.cur.pieces = append(p.cur.pieces, pc)
	maps.Copy(p.cur.words, pc.words)
	if runs {
		maps.Copy(p.cur.used, pc.words)
	}
}

func (p *partParser) importPiece(pc piece) {
	specs, problems := p.src.imports(pc)
	p.imports, p.problems = append(p.imports, specs...), append(p.problems, problems...)
}

// declare takes a declaration as it is.
func (p *partParser) declare(pc piece) {
	decls, problems := p.src.decls(pc.off, pc.end)
	p.problems = append(p.problems, problems...)
	names := declared(decls)
	if pc.first == token.VAR {
		for _, id := range names {
			if p.cur.used[id.Name] && p.cur.names[id.Name] == token.NoPos && p.s.has(id.Name) {
				p.next()
				break
			}
		}
	}
	p.mention(pc, pc.first == token.VAR)
	p.close()
	for _, id := range names {
		p.cur.names[id.Name] = id.Pos()
		p.cur.variable[id.Name] = pc.first == token.VAR
	}
	for _, d := range decls {
		p.reset(d)
	}
	p.cur.decls = append(p.cur.decls, decls...)
	var of []string
	for _, id := range names {
		of = append(of, id.Name)
	}
	if pc.kind == method {
		of = []string{pc.recv + "." + pc.names[0]}
	}
	var nodes []ast.Node
	for _, d := range decls {
		nodes = append(nodes, d)
	}
	d := p.fresh(pc, of, nodes...)
	d.values = pc.first == token.VAR
	if t := p.types[pc.off]; t != nil {
		p.cur.types, d.types = append(p.cur.types, t), t
	}
}

// fresh notes what a piece declares.
func (p *partParser) fresh(pc piece, names []string, nodes ...ast.Node) *original {
	d := newOriginal(p.src, pc, names)
	d.nodes = nodes
	p.cur.fresh = append(p.cur.fresh, d)
	return d
}

// reset gives "var x T" the zero value where x lies in the place of an older variable, or
// behind a label.
func (p *partParser) reset(d ast.Decl) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR {
		return
	}
	for _, spec := range g.Specs {
		spec := spec.(*ast.ValueSpec)
		if spec.Type == nil || len(spec.Values) > 0 || len(p.cur.labels) == 0 && !slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return p.s.has(id.Name) }) {
			continue
		}
		for range spec.Names {
			spec.Values = append(spec.Values, zero(spec.Type))
		}
	}
}

// zero is an expression for the zero value of a type.
func zero(t ast.Expr) ast.Expr {
	end := t.End()
	result := &ast.FieldList{List: []*ast.Field{{Names: []*ast.Ident{{NamePos: end, Name: "zero" + hidden}}, Type: t}}}
	body := &ast.BlockStmt{Lbrace: end, List: []ast.Stmt{&ast.ReturnStmt{Return: end}}, Rbrace: end}
	return &ast.CallExpr{Fun: &ast.FuncLit{Type: &ast.FuncType{Func: end, Params: &ast.FieldList{}, Results: result}, Body: body}, Lparen: end, Rparen: end}
}

// declared returns the names that declarations declare, without methods.
func declared(decls []ast.Decl) (names []*ast.Ident) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name != "init" {
				names = append(names, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name)
				case *ast.ValueSpec:
					names = append(names, spec.Names...)
				}
			}
		}
	}
	return names
}

// statement adds a statement to the open group.
func (p *partParser) statement(st ast.Stmt) {
	if p.cur.open == nil {
		p.cur.open = &ast.FuncLit{
			Type: &ast.FuncType{Func: st.Pos(), Params: &ast.FieldList{}, Results: emptyResult(st.Pos())},
			Body: &ast.BlockStmt{Lbrace: st.Pos()},
		}
		p.cur.groups[st.Pos()] = true
	}
	ast.Inspect(st, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			p.problems = append(p.problems, Problem{p.src.frame(n.Pos()), "return outside a function"})
		}
		return true
	})
	p.noteJumps(st, p.cur.open)
	p.cur.open.Body.List = append(p.cur.open.Body.List, standing(st))
}

// standing lets an expression that does nothing stand as a statement.
func standing(st ast.Stmt) ast.Stmt {
	if l, ok := st.(*ast.LabeledStmt); ok {
		l.Stmt = standing(l.Stmt)
	}
	e, ok := st.(*ast.ExprStmt)
	if !ok {
		return st
	}
	switch x := ast.Unparen(e.X).(type) {
	case *ast.CallExpr:
		return st
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			return st
		}
	}
	return &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: e.Pos(), Name: "_"}}, TokPos: e.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{e.X}}
}

func emptyStruct(pos token.Pos) *ast.StructType {
	return &ast.StructType{Struct: pos, Fields: &ast.FieldList{Opening: pos, Closing: pos}}
}

func emptyResult(pos token.Pos) *ast.FieldList {
	return &ast.FieldList{List: []*ast.Field{{Type: emptyStruct(pos)}}}
}

// close ends the open group: it becomes the value of a blank variable.
func (p *partParser) close() {
	lit := p.cur.open
	if lit == nil {
		return
	}
	p.cur.open = nil
	list := lit.Body.List
	end := list[len(list)-1].End()
	lit.Body.Rbrace = end
	lit.Body.List = append(list, &ast.ReturnStmt{Return: end, Results: []ast.Expr{&ast.CompositeLit{Type: emptyStruct(end), Lbrace: end, Rbrace: end}}})
	p.value(lit.Pos(), &ast.CallExpr{Fun: lit, Lparen: end, Rparen: end})
	p.cur.ordered = true
}

// value adds "var _ = e".
func (p *partParser) value(pos token.Pos, e ast.Expr) {
	spec := &ast.ValueSpec{Names: []*ast.Ident{{NamePos: pos, Name: "_"}}, Values: []ast.Expr{e}}
	p.cur.decls = append(p.cur.decls, &ast.GenDecl{Tok: token.VAR, TokPos: pos, Specs: []ast.Spec{spec}})
}

// next begins a new part.
func (p *partParser) next() {
	p.close()
	p.done = append(p.done, p.cur)
	p.cur = newPart()
}

// show takes a last expression, unless it is a call that prints.
func (p *partParser) show(pc piece) bool {
	list := p.src.expressions(pc.off, pc.end)
	if len(list) == 0 || len(list) == 1 && prints(list[0]) {
		return false
	}
	p.mention(pc, true)
	p.close()
	pos := list[0].Pos()
	p.value(pos, &ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: showName}, Lparen: pos, Args: list, Rparen: list[len(list)-1].End()})
	p.cur.words[showName], p.cur.shows = true, list
	return true
}

// showName is the function that takes the values of the last expression.
const showName = hidden + "show"

// printers are the functions of fmt that print: how many bytes they wrote is nothing to show.
var printers = map[string]bool{"Print": true, "Println": true, "Printf": true, "Fprint": true, "Fprintln": true, "Fprintf": true}

// prints reports whether an expression prints, as most cells have it: the types tell it of
// other names of the package.
func prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := fn.X.(*ast.Ident)
	return ok && pkg.Name == "fmt" && printers[fn.Sel.Name]
}
