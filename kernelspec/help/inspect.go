package help

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"unicode/utf8"

	"axn/kernelspec/magic"
	"axn/kernelspec/plain"

	"golang.org/x/tools/go/types/typeutil"
)

// Description says what a name is.
type Description struct {
	Declaration string   // as Go source
	Parameter   string   // of the function, at the cursor
	Package     string   // import path, if it belongs to one
	Doc         string   // comment
	Value       string   // of a variable, short
	Methods     []string // of a type
}

// Inspect describes the name around a byte offset of a cell, nil if it is unknown.
// Inside the arguments of a call, where no name is, it describes the function.
func (h *Help) Inspect(nb Notebook, code string, cursor int) *Description {
	code = magic.Blank(code, knownIn(nb))
	for cursor < len(code) && isNameByte(code[cursor]) {
		cursor++
	}
	list := withoutComments(tokens(code[:cursor]))
	for len(list) > 0 {
		last := list[len(list)-1]
		if last.isName() || last.kind == token.LPAREN {
			if d := h.describeAt(nb, code, last); d != nil {
				return d
			}
		}
		open := enclosing(list)
		if open < 1 {
			return nil
		}
		if list[open].kind != token.LPAREN {
			list = list[:open]
			continue
		}
		if d := h.describeCall(nb, code, list, open); d != nil {
			return d
		}
		list = list[:open]
	}
	return nil
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= utf8.RuneSelf
}

// describeAt describes the name that is a token.
func (h *Help) describeAt(nb Notebook, code string, t tok) *Description {
	if !t.isName() {
		return nil
	}
	if d := h.describeIn(newWhole(nb, code, t), t.text); d != nil {
		return d
	}
	return h.describeIn(newDraft(nb, code, t.end), t.text)
}

// describeIn describes the name at the cursor of a draft.
func (h *Help) describeIn(d *draft, name string) *Description {
	id := d.ident()
	if id == nil {
		return h.builtin(name)
	}
	if sel := d.selector(); sel != nil {
		return h.describeSelection(d, sel)
	}
	if s, _ := d.literal(); s != nil {
		if m, ok := find(d.typeOf(d.parent(1).(*ast.CompositeLit)), name); ok {
			return h.describeMember(d.nb, m)
		}
	}
	o := d.object(id)
	if p, ok := o.(*types.PkgName); ok {
		return h.describe(d.nb, p)
	}
	if o != nil && o.Type() != types.Typ[types.Invalid] {
		return h.describe(d.nb, o)
	}
	return h.describePackageNamed(d.nb, name)
}

// describeCall describes the function of the call that a bracket opens, and the
// parameter at the end of the tokens.
func (h *Help) describeCall(nb Notebook, code string, list []tok, open int) *Description {
	name := list[open-1]
	desc := h.describeAt(nb, code, name)
	if desc == nil {
		return nil
	}
	d := newDraft(nb, code, list[len(list)-1].end)
	for i := range d.path {
		call, ok := d.path[i].(*ast.CallExpr)
		if !ok {
			continue
		}
		n := 0
		for n < len(call.Args) && call.Args[n].End() < d.pos {
			n++
		}
		if p, ok := d.parameter(call, n); ok {
			desc.Parameter = strings.TrimSpace(p.Name() + " " + typeText(p.Type()))
		}
		break
	}
	return desc
}

// describeSelection describes what stands behind a period.
func (h *Help) describeSelection(d *draft, sel *ast.SelectorExpr) *Description {
	if p := d.packageOf(sel.X); p != nil {
		if o := p.Scope().Lookup(sel.Sel.Name); o != nil && usable(o) {
			return h.describe(d.nb, o)
		}
		return nil
	}
	if m, ok := find(d.typeOf(sel.X), sel.Sel.Name); ok {
		return h.describeMember(d.nb, m)
	}
	return nil
}

// describeMember describes a field or method.
func (h *Help) describeMember(nb Notebook, m member) *Description {
	d := &Description{Declaration: declared(m.object)}
	if p := m.object.Pkg(); p != nil {
		d.Package = p.Path()
	}
	if e, ok := h.documented(m); ok {
		d.Declaration, d.Doc = e.Decl, e.Doc
	} else {
		d.Doc = nb.Doc(m.object)
	}
	return d
}

// describe describes what a name that stands alone means, or a name of a package.
func (h *Help) describe(nb Notebook, o types.Object) *Description {
	if p, ok := o.(*types.PkgName); ok {
		return h.describePackage(p.Imported().Path(), p.Imported().Name())
	}
	if o.Pkg() == nil {
		return h.builtin(o.Name())
	}
	d := &Description{Declaration: declared(o), Package: o.Pkg().Path()}
	if v, ok := o.(*types.Var); ok && v.IsField() {
		d.Doc = nb.Doc(o)
		return d
	}
	if e, ok := h.docs.Lookup(o.Pkg().Path(), o.Name()); ok {
		d.Declaration, d.Doc = e.Decl, e.Doc
	} else {
		d.Doc = nb.Doc(o)
	}
	switch o := o.(type) {
	case *types.TypeName:
		d.Methods = methods(o)
	case *types.Var:
		d.Value = valueOf(nb, o)
	}
	return d
}

// methods lists the methods of a type that a cell may call, as declarations.
func methods(o *types.TypeName) []string {
	if _, ok := o.Type().Underlying().(*types.Interface); ok {
		return nil
	}
	var list []string
	for _, s := range typeutil.IntuitiveMethodSet(o.Type(), nil) {
		if f, ok := s.Obj().(*types.Func); ok && usable(f) {
			list = append(list, funcText(f))
		}
	}
	return list
}

// valueOf shows the value of a variable of the notebook; other variables have none
// yet.
func valueOf(nb Notebook, o *types.Var) string {
	isOfNotebook := false
	for _, other := range nb.Objects() {
		isOfNotebook = isOfNotebook || other == types.Object(o)
	}
	if !isOfNotebook {
		return ""
	}
	v, ok := nb.Value(o.Name())
	if !ok {
		return ""
	}
	return short(v)
}

func short(v reflect.Value) string {
	if !v.IsValid() || !v.CanInterface() {
		return ""
	}
	return plain.Short(v.Interface())
}

func (h *Help) describePackageNamed(nb Notebook, name string) *Description {
	if paths := pathsOf(nb, name); len(paths) > 0 {
		return h.describePackage(paths[0], name)
	}
	return h.builtin(name)
}

func (h *Help) describePackage(path, name string) *Description {
	e, ok := h.docs.Lookup(path, "")
	if !ok {
		e.Decl = fmt.Sprintf("package %s // import %q", name, path)
	}
	return &Description{Declaration: e.Decl, Doc: e.Doc, Package: path}
}

// builtin describes one of Go's own names.
func (h *Help) builtin(name string) *Description {
	e, ok := h.docs.Lookup("builtin", name)
	if !ok {
		return nil
	}
	return &Description{Declaration: e.Decl, Doc: e.Doc, Package: "builtin"}
}
