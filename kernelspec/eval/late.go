package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"unsafe"
)

// A method of a type of an earlier cell is checked as a function whose first parameter is
// the receiver; the type gets the method, and the function is its body.

// lateMethod is a method of a type of an earlier cell.
type lateMethod struct {
	src      *source
	decl     *ast.FuncDecl // as the cell has it
	function *ast.FuncDecl // what is checked
	body     string        // name of the function
	named    *types.Named
	name     string
	obj      *types.Func

	replaced *types.Func // the older method of the same signature, if there is one
	changes  bool        // the older method has another signature
}

// lateMethod takes such a method as a function.
func (p *partParser) lateMethod(pc piece) {
	decls, problems := p.src.decls(pc.off, pc.end)
	p.problems = append(p.problems, problems...)
	if len(decls) != 1 {
		return
	}
	decl, ok := decls[0].(*ast.FuncDecl)
	if !ok || decl.Recv == nil || len(decl.Recv.List) != 1 {
		return
	}
	named, ok := types.Unalias(p.s.objects[pc.recv].Type()).(*types.Named)
	switch {
	case !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "main":
		p.problem(decl.Recv.Pos(), "cannot define new methods on non-local type "+pc.recv)
		return
	case named.TypeParams().Len() > 0:
		p.genericMethod(pc)
		return
	}
	for word := range pc.words {
		if p.own[word] && mentioned(decl.Type, word) {
			p.problem(decl.Name.Pos(), fmt.Sprintf("method %s of type %s of an earlier cell names type %s of this cell: declare %s in a cell of its own first", decl.Name.Name, pc.recv, word, word))
			return
		}
	}
	m := newLateMethod(p.src, decl, pc.recv, named)
	p.mention(pc, false)
	p.close()
	p.cur.names[m.body] = decl.Name.Pos()
	p.cur.decls = append(p.cur.decls, m.function)
	p.cur.late = append(p.cur.late, m)
	p.fresh(pc, []string{pc.recv + "." + m.name}, m.function)
}

// genericMethod takes a method of a generic type of an earlier cell: the type is read again
// with it, so that it is a new type, unless the method stands there by the same words.
func (p *partParser) genericMethod(pc piece) {
	old := p.s.originals[pc.recv+"."+pc.names[0]]
	if old != nil && !old.stale && old.src.text[old.pc.off:old.pc.end] == p.src.text[pc.off:pc.end] {
		return
	}
	p.cur.extends = append(p.cur.extends, pc.recv)
	p.declare(pc)
}

// newLateMethod makes a function of a method.
func newLateMethod(src *source, decl *ast.FuncDecl, of string, named *types.Named) *lateMethod {
	m := &lateMethod{src: src, decl: decl, body: of + hidden + decl.Name.Name, named: named, name: decl.Name.Name}
	recv := decl.Recv.List[0]
	if len(recv.Names) == 0 {
		recv.Names = []*ast.Ident{{NamePos: recv.Type.Pos(), Name: "_"}}
	}
	params := &ast.FieldList{Opening: decl.Type.Params.Opening, List: []*ast.Field{recv}, Closing: decl.Type.Params.Closing}
	for _, f := range decl.Type.Params.List {
		if len(f.Names) == 0 {
			f = &ast.Field{Names: []*ast.Ident{{NamePos: f.Type.Pos(), Name: "_"}}, Type: f.Type}
		}
		params.List = append(params.List, f)
	}
	m.function = &ast.FuncDecl{Doc: decl.Doc, Name: &ast.Ident{NamePos: decl.Name.Pos(), Name: m.body}, Body: decl.Body,
		Type: &ast.FuncType{Func: decl.Type.Func, Params: params, Results: decl.Type.Results}}
	return m
}

func (p *partParser) problem(pos token.Pos, message string) {
	p.problems = append(p.problems, Problem{p.src.frame(pos), message})
}

// mentioned reports whether a name stands in a piece of syntax.
func mentioned(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// promise gives the types of a part's late methods those methods, before the part is
// checked. What it returns takes them back.
func (c *checker) promise(pt *part, files []*ast.File, earlier []types.Object) (undo func()) {
	var undos []func()
	undo = func() {
		for i := len(undos) - 1; i >= 0; i-- {
			undos[i]()
		}
	}
	if len(pt.late) == 0 {
		return undo
	}
	var heads []*ast.File
	for _, file := range files {
		head := &ast.File{Package: file.Package, Name: file.Name, FileStart: file.FileStart, FileEnd: file.FileEnd}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			f, _ := d.(*ast.FuncDecl)
			if ok && g.Tok == token.IMPORT || slices.ContainsFunc(pt.late, func(m *lateMethod) bool { return m.function == f }) {
				head.Decls = append(head.Decls, d)
			}
		}
		heads = append(heads, head)
	}
	pkg := newPackage(earlier)
	conf := types.Config{Importer: c.s.importer, Sizes: sizes, GoVersion: goVersion, IgnoreFuncBodies: true, Error: func(error) {}}
	types.NewChecker(&conf, c.unit.src.fset, pkg, newInfo()).Files(heads)
	for _, m := range pt.late {
		f, ok := pkg.Scope().Lookup(m.body).(*types.Func)
		if !ok || f.Signature().Params().Len() == 0 {
			continue // the part's own check tells what is wrong
		}
		undos = append(undos, c.give(m, f.Signature()))
	}
	return undo
}

// give gives a type a method, in the place of one of the same name.
func (c *checker) give(m *lateMethod, sig *types.Signature) (undo func()) {
	if st, ok := m.named.Underlying().(*types.Struct); ok {
		for f := range st.Fields() {
			if f.Name() == m.name {
				c.unit.Problems = append(c.unit.Problems, Problem{c.unit.src.frame(m.decl.Name.Pos()), fmt.Sprintf("field and method with the same name %s", m.name)})
				return func() {}
			}
		}
	}
	params := make([]*types.Var, 0, sig.Params().Len())
	for v := range sig.Params().Variables() {
		params = append(params, v)
	}
	full := types.NewSignatureType(params[0], nil, nil, types.NewTuple(params[1:]...), sig.Results(), sig.Variadic())
	m.replaced, m.changes = nil, false
	m.obj = types.NewFunc(m.decl.Name.Pos(), m.named.Obj().Pkg(), m.name, full)
	list := methodList(m.named)
	old := *list
	var methods []*types.Func
	for _, f := range old {
		switch {
		case f.Name() != m.name:
			methods = append(methods, f)
		case types.Identical(f.Signature(), full) && types.Identical(f.Signature().Recv().Type(), params[0].Type()):
			m.replaced = f
		default:
			m.changes = true
		}
	}
	*list = append(methods, m.obj)
	return func() { *list = old }
}

// methodsOffset is where go/types keeps the methods of a named type, which it lets be
// added but not replaced.
var methodsOffset = func() uintptr {
	f, ok := reflect.TypeFor[types.Named]().FieldByName("methods")
	if !ok || f.Type != reflect.TypeFor[[]*types.Func]() {
		panic("eval: built for another Go: go/types keeps methods elsewhere")
	}
	return f.Offset
}()

func methodList(t *types.Named) *[]*types.Func {
	return (*[]*types.Func)(unsafe.Add(unsafe.Pointer(t), methodsOffset))
}
