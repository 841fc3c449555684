package interp

import (
	"go/ast"
	"go/token"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"axn/kernelspec/godoc"

	"github.com/cosmos72/gomacro/ast2"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/go/etoken"
	"github.com/cosmos72/gomacro/go/parser"
	"github.com/cosmos72/gomacro/imports"
	"github.com/cosmos72/gomacro/xreflect"
)

// scope is what names mean at a place in a cell that is being written: those of
// the notebook so far, and those that the lines above declare. Nothing is run.
type scope struct {
	in   *Interp
	comp *fast.Comp
}

// scopeAt compiles the complete statements before a byte offset of code, without
// running them, to learn the types of the names they declare.
func (in *Interp) scopeAt(code string, cursor int) *scope {
	s := &scope{in: in, comp: fast.NewComp(in.ir.Comp, nil)}
	above := code[:strings.LastIndexByte(code[:cursor], '\n')+1]
	nodes, err := parse(above + closers(above))
	if err != nil {
		return s
	}
	for _, node := range in.rewrite(nodes) {
		if declaresNames(node) {
			attempt(func() { s.comp.Compile(ast2.AnyToAst([]ast.Node{node}, "scope")) })
		}
	}
	return s
}

// parse parses code with gomacro's parser, apart from everything else.
func parse(code string) ([]ast.Node, error) {
	var p parser.Parser
	p.Configure(0, '~')
	p.Init(etoken.NewFileSet(), "scope", 0, []byte(code))
	return p.Parse()
}

// closers returns the brackets that close those open at the end of code.
func closers(code string) string {
	var open []byte
	for _, t := range tokens(code) {
		switch t.kind {
		case token.LPAREN:
			open = append(open, ')')
		case token.LBRACK:
			open = append(open, ']')
		case token.LBRACE:
			open = append(open, '}')
		case token.RPAREN, token.RBRACK, token.RBRACE:
			open = open[:max(len(open)-1, 0)]
		}
	}
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("\n" + string(open[i]))
	}
	return b.String()
}

// declaresNames reports whether compiling a statement adds names and changes
// nothing else: declaring a type or method again would.
func declaresNames(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.GenDecl:
		return n.Tok != token.TYPE
	case *ast.FuncDecl:
		return n.Recv == nil
	case *ast.AssignStmt:
		return n.Tok == token.DEFINE
	}
	return false
}

// attempt calls f and reports whether it did not panic.
func attempt(f func()) (ok bool) {
	defer func() { ok = recover() == nil }()
	f()
	return true
}

// typeOf returns the type of an expression, nil if it has none.
func (s *scope) typeOf(expression string) (t xreflect.Type) {
	nodes, err := parse("(" + expression + ")")
	if err != nil || len(nodes) != 1 {
		return nil
	}
	node, ok := nodes[0].(ast.Expr)
	if !ok {
		return nil
	}
	attempt(func() {
		e := s.comp.Expr1(node, nil)
		if t = e.Type; e.Untyped() {
			t = e.DefaultType()
		}
	})
	return t
}

// namedType returns the type that an expression such as "[]pkg.T" names, nil if
// it names none.
func (s *scope) namedType(expression string) (t xreflect.Type) {
	nodes, err := parse("var _ " + expression)
	if err != nil || len(nodes) != 1 {
		return nil
	}
	if decl, ok := nodes[0].(*ast.GenDecl); ok && len(decl.Specs) == 1 {
		if spec, ok := decl.Specs[0].(*ast.ValueSpec); ok && spec.Type != nil {
			attempt(func() { t = s.comp.Type(spec.Type) })
		}
	}
	return t
}

// packagePath returns the path of the package that a name stands for: one that is
// imported, or else one that could be.
func (s *scope) packagePath(name string) (path string, ok bool) {
	if sym := s.comp.TryResolve(name); sym != nil {
		imp, ok := sym.Value.(*fast.Import)
		if !ok || sym.Desc.Class() != fast.ConstBind {
			return "", false
		}
		return imp.Path, true
	}
	var paths []string
	for p := range s.in.importable() {
		if defaultName(p) == name {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return "", false
	}
	sort.Slice(paths, func(i, j int) bool {
		a, b := strings.Count(paths[i], "/"), strings.Count(paths[j], "/")
		return a < b || a == b && paths[i] < paths[j]
	})
	return paths[0], true
}

// importable returns the paths of all packages that a cell can import.
func (in *Interp) importable() map[string]bool {
	paths := map[string]bool{}
	for p := range imports.Packages {
		paths[p] = true
	}
	for p := range in.ir.Comp.KnownImports {
		paths[p] = true
	}
	return paths
}

// defaultName is the name of a package that is imported without one.
func defaultName(path string) string {
	if p, ok := imports.Packages[path]; ok && p.Name != "" {
		return p.Name
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

// packageMembers returns the exported names of a package with their kinds.
func (in *Interp) packageMembers(path string) map[string]string {
	kinds := map[string]string{}
	if p, ok := imports.Packages[path]; ok {
		for name, v := range p.Binds {
			kinds[name] = "instance"
			if v.Kind() == reflect.Func && !v.CanAddr() {
				kinds[name] = "function"
			}
		}
		for name := range p.Types {
			kinds[name] = "type"
		}
	}
	if imp := in.ir.Comp.KnownImports[path]; imp != nil {
		for name, b := range imp.Binds {
			if _, known := kinds[name]; !known {
				kinds[name] = kindOf(b)
			}
		}
	}
	return kinds
}

// kindOf says what a name declared in a cell or package is.
func kindOf(b *fast.Bind) string {
	switch b.Desc.Class() {
	case fast.FuncBind, fast.GenericFuncBind:
		return "function"
	case fast.ConstBind:
		switch b.Value.(type) {
		case *fast.Import:
			return "module"
		case fast.Builtin, fast.Function:
			return "function"
		}
	}
	return "instance"
}

// member is a field or method.
type member struct {
	name, kind string
	t          xreflect.Type
}

// members lists the fields and methods of a type that a cell may use.
func (s *scope) members(t xreflect.Type) []member {
	if t == nil {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	seen := map[string]bool{}
	var list []member
	add := func(m member) {
		if !seen[m.name] && m.name != "" && (ast.IsExported(m.name) || t.PkgPath() == "main") {
			seen[m.name] = true
			list = append(list, m)
		}
	}
	methods := func(t xreflect.Type) {
		attempt(func() {
			for i := range t.NumMethod() {
				m := t.Method(i)
				add(member{m.Name, "function", m.Type})
			}
		})
	}
	if t.Kind() == reflect.Struct {
		s.comp.Universe.VisitFields(t, func(f xreflect.StructField) { add(member{f.Name, "property", f.Type}) })
	}
	methods(t)
	if t.Kind() == reflect.Struct {
		s.comp.Universe.VisitFields(t, func(f xreflect.StructField) {
			if f.Anonymous {
				methods(f.Type)
			}
		})
	}
	return list
}

// memberDoc finds what is known about a field or method of a type, or of a type
// embedded in it.
func (s *scope) memberDoc(t xreflect.Type, name string) (godoc.Entry, bool) {
	if t == nil {
		return godoc.Entry{}, false
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if e, ok := s.in.docs.Lookup(t.PkgPath(), t.Name()+"."+name); ok {
		return e, true
	}
	var found godoc.Entry
	ok := false
	if t.Kind() == reflect.Struct {
		s.comp.Universe.VisitFields(t, func(f xreflect.StructField) {
			if ft := f.Type; f.Anonymous && !ok {
				if ft.Kind() == reflect.Pointer {
					ft = ft.Elem()
				}
				found, ok = s.in.docs.Lookup(ft.PkgPath(), ft.Name()+"."+name)
			}
		})
	}
	return found, ok
}

var longPath = regexp.MustCompile(`[\w.\-~]+(/[\w.\-~]+)*/([\w\-]+\.)`)

// typeText writes a type as a cell would.
func typeText(t xreflect.Type) string {
	if t == nil {
		return "nil"
	}
	text := longPath.ReplaceAllString(t.String(), "$2")
	text = strings.ReplaceAll(text, "main.", "")
	return strings.ReplaceAll(text, "interface{}", "any")
}
