package help

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// placeholder stands where a name is to be completed and no letter of it is there.
const placeholder = "axnCursor"

// draft is a cell that is being written, cut off at the cursor and checked as far
// as it goes.
type draft struct {
	nb   Notebook
	pkg  *types.Package
	info *types.Info
	pos  token.Pos  // the end of the name at the cursor
	path []ast.Node // the nodes around that name, innermost first
	word string     // the name up to the cursor

	wantKnown bool
	wantType  types.Type // that the place wants
}

// newDraft checks code, whose magics are blanked, up to a byte offset.
func newDraft(nb Notebook, code string, cursor int) *draft {
	list := withoutComments(tokens(code[:cursor]))
	d := &draft{nb: nb}
	name := placeholder
	if n := len(list); n > 0 && list[n-1].isName() && list[n-1].end == cursor {
		d.word = list[n-1].text
		if list[n-1].kind == token.IDENT {
			name = d.word
		}
		cursor, list = list[n-1].start, list[:n-1]
	}
	src, end := source(code, list, cursor, name, objectNames(nb))
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "draft", src, parser.AllErrors|parser.SkipObjectResolution)
	if file == nil {
		file = &ast.File{Name: ast.NewIdent("main")}
	}
	d.check(fset, file, tokens(code))
	if f := fset.File(file.Pos()); f != nil && end <= f.Size() {
		d.pos = f.Pos(end)
		d.path, _ = astutil.PathEnclosingInterval(file, d.pos-token.Pos(len(name)), d.pos)
	}
	return d
}

func withoutComments(list []tok) []tok {
	return slices.DeleteFunc(list, func(t tok) bool { return t.kind == token.COMMENT })
}

func objectNames(nb Notebook) map[string]bool {
	names := map[string]bool{}
	for _, o := range nb.Objects() {
		names[o.Name()] = true
	}
	return names
}

// source makes a file of a cell up to the cursor, where name is put in, and of the
// declarations below. It returns the offset of the end of that name.
func source(code string, list []tok, cursor int, name string, known map[string]bool) (src string, end int) {
	pieces := split(code, list)
	last := piece{start: cursor, end: cursor}
	if n := len(pieces); n > 0 && isOpen(list, pieces[n-1]) {
		last, pieces = pieces[n-1], pieces[:n-1]
	}
	var b strings.Builder
	b.WriteString("package main\n")
	for _, p := range pieces {
		if p.kind == imports {
			b.WriteString(code[p.start:p.end] + "\n")
		}
	}
	seen := map[string]bool{}
	for _, p := range append(pieces, declaredBelow(code, cursor)...) {
		write(&b, p, code[p.start:p.end], closers(p.toks), seen, known)
	}
	end = write(&b, last, code[last.start:cursor]+name, closers(last.toks), seen, known)
	return b.String(), end
}

// isOpen reports whether the cursor behind some tokens belongs to a piece.
func isOpen(list []tok, p piece) bool {
	last := list[len(list)-1]
	return last.kind != token.SEMICOLON || last.end <= p.end
}

// write writes a piece as part of a file. It returns where its text ends.
func write(b *strings.Builder, p piece, text, closing string, seen, known map[string]bool) (end int) {
	switch {
	case p.kind == imports || p.kind == clause:
		return b.Len()
	case p.kind == declaration:
		b.WriteString(text)
		end = b.Len()
		b.WriteString(closing + "\n")
	case p.kind == definition && !p.redefines(known):
		b.WriteString("var ")
		for i, n := range p.names() {
			if i > 0 {
				b.WriteString(", ")
			}
			if seen[n] {
				n = "_"
			}
			seen[n] = true
			b.WriteString(n)
		}
		b.WriteString(" = " + text[p.toks[p.define].end-p.start:])
		end = b.Len()
		b.WriteString(closing + "\n")
	default:
		b.WriteString("func _() {\n" + text)
		end = b.Len()
		b.WriteString(closing + "\n}\n")
	}
	return end
}

// redefines reports whether a definition gives names of the notebook a value made
// of their own: then they keep their types.
func (p piece) redefines(known map[string]bool) bool {
	var own []string
	for _, n := range p.names() {
		if known[n] {
			own = append(own, n)
		}
	}
	return p.mentions(own)
}

// check checks the file in the scope of the notebook. Packages that are named and
// not imported count as imported.
func (d *draft) check(fset *token.FileSet, file *ast.File, list []tok) {
	d.pkg = types.NewPackage("main", "main")
	d.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{}}
	declared := declaredIn(file)
	for _, o := range d.nb.Objects() {
		if declared[o.Name()] {
			continue
		}
		if p, ok := o.(*types.PkgName); ok {
			o = types.NewPkgName(token.NoPos, d.pkg, p.Name(), p.Imported())
		}
		d.pkg.Scope().Insert(o)
	}
	for i, t := range list {
		if i+1 < len(list) && t.kind == token.IDENT && list[i+1].kind == token.PERIOD && !declared[t.text] && d.pkg.Scope().Lookup(t.text) == nil {
			d.importByName(t.text)
		}
	}
	conf := types.Config{Importer: d.nb, Error: func(error) {}}
	defer func() { recover() }() // a checker that stumbles over half a program has found something already
	types.NewChecker(&conf, fset, d.pkg, d.info).Files([]*ast.File{file})
}

// importByName lets a name stand for the likeliest package that is called so.
func (d *draft) importByName(name string) {
	if paths := pathsOf(d.nb, name); len(paths) > 0 {
		if p, err := d.nb.Import(paths[0]); err == nil {
			d.pkg.Scope().Insert(types.NewPkgName(token.NoPos, d.pkg, name, p))
		}
	}
}

// declaredIn returns the names that a file declares at the top.
func declaredIn(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				names[decl.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range decl.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names[id.Name] = true
					}
				case *ast.ImportSpec:
					if s.Name != nil {
						names[s.Name.Name] = true
					} else {
						names[PackageName(strings.Trim(s.Path.Value, `"`+"`"))] = true
					}
				}
			}
		}
	}
	return names
}

// ident returns the name at the cursor, nil if it stands in no expression.
func (d *draft) ident() *ast.Ident {
	if len(d.path) > 0 {
		id, _ := d.path[0].(*ast.Ident)
		return id
	}
	return nil
}

// parent returns the i-th node around the name at the cursor.
func (d *draft) parent(i int) ast.Node {
	if i < len(d.path) {
		return d.path[i]
	}
	return nil
}

// selector returns the selector whose right side is at the cursor, nil if there
// is none.
func (d *draft) selector() *ast.SelectorExpr {
	if s, ok := d.parent(1).(*ast.SelectorExpr); ok && d.ident() != nil && s.Sel == d.ident() {
		return s
	}
	return nil
}

// object returns what a name means, nil if that is unknown.
func (d *draft) object(id *ast.Ident) types.Object {
	if o := d.info.Uses[id]; o != nil {
		return o
	}
	if o := d.info.Defs[id]; o != nil {
		return o
	}
	_, o := d.scope().LookupParent(id.Name, d.pos)
	return o
}

// scope returns the innermost scope at the cursor.
func (d *draft) scope() *types.Scope {
	if s := d.pkg.Scope().Innermost(d.pos); s != nil {
		return s
	}
	return d.pkg.Scope()
}
