package help

import (
	"fmt"
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
	f := newFile(nb)
	pieces := split(code, list)
	last := piece{start: cursor, end: cursor}
	if n := len(pieces); n > 0 && isOpen(list, pieces[n-1]) {
		last, pieces = pieces[n-1], pieces[:n-1]
	}
	for _, p := range append(pieces, declaredBelow(code, cursor)...) {
		f.add(p, code[p.start:p.end])
	}
	at := f.add(last, code[last.start:cursor]+name)
	d.check(f, at+cursor-last.start, name, tokens(code))
	return d
}

// newWhole checks all of a cell and looks at the name that begins at a byte offset.
func newWhole(nb Notebook, code string, t tok) *draft {
	list := withoutComments(tokens(code))
	d := &draft{nb: nb, word: t.text}
	f := newFile(nb)
	at := -1
	for _, p := range split(code, list) {
		from := f.add(p, code[p.start:p.end])
		if p.start <= t.start && t.start < p.end {
			at = from + t.start - p.start
		}
	}
	d.check(f, at, t.text, list)
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

// isOpen reports whether the cursor behind some tokens belongs to a piece.
func isOpen(list []tok, p piece) bool {
	last := list[len(list)-1]
	return last.kind != token.SEMICOLON || last.end <= p.end
}

// file is a cell on its way to a file of Go.
type file struct {
	imports, rest strings.Builder
	seen, known   map[string]bool // names of definitions so far, and those of the notebook
}

func newFile(nb Notebook) *file { return &file{seen: map[string]bool{}, known: objectNames(nb)} }

// add adds a piece. It returns the offset of its text, in rest: -1 if that holds
// nothing of it.
func (f *file) add(p piece, text string) (at int) {
	switch b := &f.rest; {
	case p.kind == clause:
		return -1
	case p.kind == imports:
		f.imports.WriteString(text + "\n")
		return -1
	case p.kind == declaration:
		at = b.Len()
		b.WriteString(text + closers(p.toks) + "\n")
	case p.kind == definition && !p.redefines(f.known):
		b.WriteString("var ")
		at = b.Len()
		b.WriteString(f.asVariables(p, text) + closers(p.toks) + "\n")
	default:
		b.WriteString("func _() {\n")
		at = b.Len()
		b.WriteString(text + closers(p.toks) + "\n}\n")
	}
	return at
}

// asVariables writes a definition as a declaration: bytes stay where they are, and
// names that are declared above are blank.
func (f *file) asVariables(p piece, text string) string {
	b := []byte(text)
	for _, t := range p.toks[:p.define] {
		if t.kind == token.IDENT && f.seen[t.text] {
			copy(b[t.start-p.start:], fmt.Sprintf("%-*s", len(t.text), "_"))
		}
		f.seen[t.text] = true
	}
	copy(b[p.toks[p.define].start-p.start:], " =")
	return string(b)
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

// check parses and checks a file in the scope of the notebook, and finds the name at
// an offset. Packages that are named and not imported count as imported.
func (d *draft) check(f *file, at int, name string, list []tok) {
	head := "package main\n" + f.imports.String()
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "draft", head+f.rest.String(), parser.AllErrors|parser.SkipObjectResolution)
	if file == nil {
		file = &ast.File{Name: ast.NewIdent("main")}
	}
	d.find(fset.File(file.Pos()), file, len(head)+at, len(name))
	d.pkg = types.NewPackage("main", "main")
	d.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
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
	d.asFunctions(file, declared)
	for i, t := range list {
		if i+1 < len(list) && t.kind == token.IDENT && list[i+1].kind == token.PERIOD && !declared[t.text] && d.pkg.Scope().Lookup(t.text) == nil {
			d.importByName(t.text)
		}
	}
	conf := types.Config{Importer: d.nb, Error: func(error) {}}
	defer func() { recover() }() // a checker that stumbles over half a program has found something already
	types.NewChecker(&conf, fset, d.pkg, d.info).Files([]*ast.File{file})
}

// find finds the nodes around a name of a file.
func (d *draft) find(f *token.File, file *ast.File, at, length int) {
	if f == nil || at < 0 || at+length > f.Size() {
		return
	}
	from := f.Pos(at)
	d.pos = from + token.Pos(length)
	d.path, _ = astutil.PathEnclosingInterval(file, from, d.pos)
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
