package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"unsafe"
)

// A method of a type of an earlier cell is checked in the package of its own cell. To
// go/types the type is not local there, which is let pass; the type is given the method.

// lateMethod is a method of a type of an earlier cell.
type lateMethod struct {
	src   *source
	decl  *ast.FuncDecl
	named *types.Named // not an instance
	name  string
	obj   *types.Func // what the type has; until the part is checked, one without a body

	replaced *types.Func // the older method of the same signature, if there is one
	changes  bool        // the older method has another signature
}

// lateMethod takes such a method.
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
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "main" {
		p.problem(decl.Recv.Pos(), "cannot define new methods on non-local type "+pc.recv)
		return
	}
	for word := range pc.words {
		if p.own[word] && mentioned(decl.Type, word) && !mentioned(receiverParams(decl), word) {
			p.problem(decl.Name.Pos(), fmt.Sprintf("method %s of type %s of an earlier cell names type %s of this cell: declare %s in a cell of its own first", decl.Name.Name, pc.recv, word, word))
			return
		}
	}
	p.mention(pc, false)
	p.close()
	p.cur.decls = append(p.cur.decls, decl)
	p.cur.late = append(p.cur.late, newLateMethod(p.src, decl, named))
	p.fresh(pc, []string{pc.recv + "." + decl.Name.Name}, decl)
}

func newLateMethod(src *source, decl *ast.FuncDecl, named *types.Named) *lateMethod {
	return &lateMethod{src: src, decl: decl, named: named.Origin(), name: decl.Name.Name}
}

// receiverParams returns the type parameters that a receiver names.
func receiverParams(decl *ast.FuncDecl) ast.Node {
	list := &ast.CallExpr{Fun: &ast.Ident{}}
	ast.Inspect(decl.Recv.List[0].Type, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr:
			list.Args = []ast.Expr{n.Index}
		case *ast.IndexListExpr:
			list.Args = n.Indices
		}
		return true
	})
	return list
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

// isLate reports whether a position lies in the receiver of a late method.
func (pt *part) isLate(pos token.Pos) bool {
	return slices.ContainsFunc(pt.late, func(m *lateMethod) bool { return m.decl.Recv.Pos() <= pos && pos <= m.decl.Recv.End() })
}

// promise gives the types of a part's late methods those methods, before the part is
// checked. What it returns takes them back.
func (c *checker) promise(pt *part, files []*ast.File, earlier []types.Object) (undo func()) {
	var undos []func()
	undo = func() {
		for _, undo := range slices.Backward(undos) {
			undo()
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
			if ok && g.Tok == token.IMPORT || slices.ContainsFunc(pt.late, func(m *lateMethod) bool { return m.decl == f }) {
				head.Decls = append(head.Decls, d)
			}
		}
		heads = append(heads, head)
	}
	conf := types.Config{Importer: c.s.importer, Sizes: sizes, GoVersion: goVersion, IgnoreFuncBodies: true, Error: func(error) {}}
	info := newInfo()
	types.NewChecker(&conf, c.unit.src.fset, newPackage(earlier), info).Files(heads)
	for i, m := range pt.late {
		m.obj, m.replaced, m.changes = nil, nil, false
		obj, ok := info.Defs[m.decl.Name].(*types.Func)
		if !ok || receiverOf(obj) != m.named {
			continue // the part's own check tells what is wrong
		}
		if problem := m.refused(pt.late[:i]); problem != "" {
			c.unit.Problems = append(c.unit.Problems, Problem{m.src.frame(m.decl.Name.Pos()), problem})
			continue
		}
		undos = append(undos, c.give(m, obj, info))
	}
	return undo
}

// receiverOf returns the type of whose methods a function is one, nil if there is none.
func receiverOf(f *types.Func) *types.Named {
	recv := f.Signature().Recv()
	if recv == nil {
		return nil
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Origin()
	}
	return nil
}

// refused tells why the type cannot have the method beside those of the part before it, "" if
// it can.
func (m *lateMethod) refused(before []*lateMethod) string {
	switch u := m.named.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return fmt.Sprintf("invalid receiver type %s (pointer or interface type)", m.named.Obj().Name())
	case *types.Struct:
		for f := range u.Fields() {
			if f.Name() == m.name {
				return fmt.Sprintf("field and method with the same name %s", m.name)
			}
		}
	}
	for _, other := range before {
		if other.named == m.named && other.name == m.name && m.name != "_" {
			return fmt.Sprintf("method %s.%s already declared at %s", m.named.Obj().Name(), m.name, other.src.frame(other.decl.Name.Pos()))
		}
	}
	return ""
}

// give gives a type a method, in the place of one of the same name.
func (c *checker) give(m *lateMethod, obj *types.Func, info *types.Info) (undo func()) {
	if m.name == "_" {
		return func() {}
	}
	old := *methodList(m.named)
	at := slices.IndexFunc(old, func(f *types.Func) bool { return f.Name() == m.name })
	var before, after *types.Func
	methods := slices.Clone(old)
	if at < 0 {
		methods = append(methods, obj)
	} else {
		before, methods[at] = methodOf(m.named, m.name), obj
	}
	m.obj = obj
	c.s.setMethods(m.named, methods, info)
	if after = methodOf(m.named, m.name); before != nil {
		same := types.Identical(before.Signature(), after.Signature()) && types.Identical(before.Signature().Recv().Type(), after.Signature().Recv().Type())
		if m.changes = !same; same {
			m.replaced = old[at]
		}
	}
	return func() { c.s.setMethods(m.named, old, info) }
}

// methodOf returns a method of a type; of a generic one as its instance with its own type
// parameters has it.
func methodOf(named *types.Named, name string) *types.Func {
	var of types.Type = named
	if n := named.TypeParams().Len(); n > 0 {
		own := make([]types.Type, n)
		for i := range own {
			own[i] = named.TypeParams().At(i)
		}
		of, _ = types.Instantiate(nil, named, own, false)
	}
	obj, _, _ := types.LookupFieldOrMethod(of, true, named.Obj().Pkg(), name)
	f, _ := obj.(*types.Func)
	return f
}

// settle lets types have the methods of a part as they were checked with their bodies, in
// the place of those that were promised.
func (c *checker) settle(part *Part) {
	promised := map[*types.Func]bool{}
	for _, m := range part.late {
		obj, ok := part.Info.Defs[m.decl.Name].(*types.Func)
		list := slices.Clone(*methodList(m.named))
		at := slices.Index(list, m.obj)
		if !ok || at < 0 {
			continue
		}
		promised[m.obj] = true
		m.obj, list[at] = obj, obj
		c.s.setMethods(m.named, list, part.Info)
	}
	if len(promised) == 0 {
		return
	}
	for e, sel := range part.Info.Selections {
		f, ok := sel.Obj().(*types.Func)
		if !ok || !promised[f.Origin()] {
			continue
		}
		obj, _, _ := types.LookupFieldOrMethod(sel.Recv(), true, part.Package, f.Name())
		*(*types.Object)(unsafe.Add(unsafe.Pointer(sel), selectionObject)) = obj
		part.Info.Uses[e.Sel] = obj
	}
}
