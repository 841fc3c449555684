package eval

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Name is a name that cells declared.
type Name struct {
	Object types.Object // variable, constant, function or type
	At     Frame        // where it is declared
	Source string       // the declaration as the cell has it; empty for what := declares
	Doc    string       // the comment above it
}

// has reports whether cells declared a name.
func (s *Session) has(name string) bool { return s.objects[name] != nil || s.pending[name].IsValid() }

// declares reports whether cells declared a type.
func (s *Session) declares(name string) bool {
	_, ok := s.objects[name].(*types.TypeName)
	return ok
}

func (s *Session) lookup(name string) types.Object {
	switch name {
	case showName:
		return s.show
	case stopName:
		return s.stopAt
	}
	if obj := s.objects[name]; obj != nil {
		return obj
	}
	if s.imports[name] != "" {
		return nil
	}
	return s.predeclared(name)
}

// Names lists the names that cells declared, sorted.
func (s *Session) Names() []Name {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Name
	for _, name := range slices.Sorted(maps.Keys(s.objects)) {
		list = append(list, *s.name(s.objects[name]))
	}
	return list
}

// Lookup finds a name that cells, or Declare, declared.
func (s *Session) Lookup(name string) (Name, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	obj := s.lookup(name)
	if obj == nil || name == showName {
		return Name{}, false
	}
	return *s.name(obj), true
}

// Describe returns what is known of an object that cells declared: also of a method or
// a field.
func (s *Session) Describe(obj types.Object) (Name, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.made[obj]
	if !ok {
		return Name{Object: obj}, false
	}
	return *n, true
}

func (s *Session) name(obj types.Object) *Name {
	if n := s.made[obj]; n != nil {
		return n
	}
	return &Name{Object: obj}
}

// Imports returns what cells imported: package paths by name.
func (s *Session) Imports() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.imports)
}

// Package returns the types of a compiled package.
func (s *Session) Package(path string) (*types.Package, error) { return s.importer.Import(path) }

// Value returns the present value of a variable, addressable, or of a function. A cell
// that runs may change it meanwhile.
func (s *Session) Value(name string) (v reflect.Value, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch obj := s.lookup(name).(type) {
	case *types.Var:
		return s.program.Variable(obj), true
	case *types.Func:
		if obj.Signature().TypeParams().Len() == 0 {
			return s.program.Function(obj), true
		}
	}
	return reflect.Value{}, false
}

// Type returns the runtime type of a type that is not generic.
func (s *Session) Type(t types.Type) reflect.Type { return s.program.Type(t) }

// Text returns the text of a cell that ran, by its name.
func (s *Session) Text(cell string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	src, ok := s.sources[cell]
	if !ok {
		return "", false
	}
	return src.text, true
}

// Forget takes a name out of the session and reports whether it was there. Functions and
// values that use it keep it.
func (s *Session) Forget(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, object := s.objects[name]
	_, imported := s.imports[name]
	delete(s.objects, name)
	delete(s.imports, name)
	s.forgetOriginal(name)
	s.number++
	return object || imported
}

// DeclareImport makes a package known by a name, as if a cell had imported it. Reset
// leaves it.
func (s *Session) DeclareImport(name, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.imports[name], s.given[name] = path, path
}

// Context returns the context of the cell to which the calling goroutine belongs.
func (s *Session) Context() context.Context {
	if j := s.jobOfCaller(); j != nil {
		return j.ctx
	}
	return context.Background()
}

// Reset forgets all names and imports of cells.
func (s *Session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.objects)
	clear(s.originals)
	s.imports = maps.Clone(s.given)
	s.dots = nil
	s.number++
}

// note remembers what a part declares.
func (s *Session) note(u *Unit, p *Part) {
	s.noteDecls(u.src, p, p.part.decls)
	for _, f := range p.followers {
		s.noteDecls(f.src, p, f.decls)
	}
}

func (s *Session) noteDecls(src *source, p *Part, decls []ast.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.noteIdent(src, p, d.Name, d, d.Doc)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					s.noteIdent(src, p, spec.Name, spec, firstDoc(spec.Doc, d.Doc))
					s.noteFields(src, p, spec.Type)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						s.noteIdent(src, p, id, spec, firstDoc(spec.Doc, d.Doc))
					}
				}
			}
		}
	}
}

func firstDoc(groups ...*ast.CommentGroup) *ast.CommentGroup {
	for _, g := range groups {
		if g != nil {
			return g
		}
	}
	return nil
}

func (s *Session) noteIdent(src *source, p *Part, id *ast.Ident, decl ast.Node, doc *ast.CommentGroup) {
	obj := p.Info.Defs[id]
	if obj == nil || strings.Contains(id.Name, hidden) || id.Name == "_" {
		return
	}
	s.made[obj] = nameOf(src, obj, id, decl, doc)
}

func nameOf(src *source, obj types.Object, id *ast.Ident, decl ast.Node, doc *ast.CommentGroup) *Name {
	n := &Name{Object: obj, At: src.frame(id.Pos())}
	if from, to := src.offset(decl.Pos()), src.offset(decl.End()); from >= 0 && to >= from {
		n.Source = src.text[from:to]
	}
	if n.Doc = doc.Text(); n.Doc == "" {
		n.Doc = commentAbove(src.text, src.offset(decl.Pos()))
	}
	return n
}

func (s *Session) noteFields(src *source, p *Part, t ast.Expr) {
	st, ok := t.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		for _, id := range f.Names {
			s.noteIdent(src, p, id, f, firstDoc(f.Doc, f.Comment))
		}
	}
}

// commentAbove returns the text of the comment that ends on the line above an offset.
func commentAbove(text string, off int) string {
	if off < 0 {
		return ""
	}
	lines := strings.Split(text[:off], "\n")
	lines = lines[:len(lines)-1]
	first := len(lines)
	for first > 0 && strings.HasPrefix(strings.TrimSpace(lines[first-1]), "//") {
		first--
	}
	group := &ast.CommentGroup{}
	for _, line := range lines[first:] {
		group.List = append(group.List, &ast.Comment{Slash: token.NoPos, Text: strings.TrimSpace(line)})
	}
	return group.Text()
}
