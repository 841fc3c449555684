package help

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"axn/kernelspec/godoc"
)

// member is a field or method of a type.
type member struct {
	object types.Object
	depth  int          // how many embedded fields away
	owner  *types.Named // the type that declares it, nil if that has no name
}

// members lists the fields and methods of a type that a cell may use.
func members(t types.Type) []member {
	if t == nil {
		return nil
	}
	seen := map[string]bool{}
	var list []member
	add := func(m member) {
		if name := m.object.Name(); !seen[name] && name != "_" && usable(m.object) {
			seen[name] = true
			list = append(list, m)
		}
	}
	level := []types.Type{t}
	visited := map[types.Type]bool{}
	for depth := 0; len(level) > 0 && depth < 8; depth++ {
		var next []types.Type
		for _, t := range level {
			t = pointedAt(t)
			if visited[t] {
				continue
			}
			visited[t] = true
			owner, _ := types.Unalias(t).(*types.Named)
			if s, ok := t.Underlying().(*types.Struct); ok {
				for i := range s.NumFields() {
					f := s.Field(i)
					add(member{f, depth, owner})
					if f.Embedded() {
						next = append(next, f.Type())
					}
				}
			}
			if owner != nil {
				for i := range owner.NumMethods() {
					add(member{owner.Method(i), depth, owner})
				}
			}
		}
		level = next
	}
	for _, s := range typeutil.IntuitiveMethodSet(t, nil) { // of interfaces and type parameters
		add(member{s.Obj(), len(s.Index()) - 1, receiver(s.Obj())})
	}
	return list
}

// usable reports whether a cell may use a name of a package.
func usable(o types.Object) bool {
	return ast.IsExported(o.Name()) || o.Pkg() == nil || o.Pkg().Path() == "main"
}

func pointedAt(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// receiver returns the type that a method belongs to, nil if it has no name.
func receiver(o types.Object) *types.Named {
	f, ok := o.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return nil
	}
	n, _ := types.Unalias(pointedAt(f.Signature().Recv().Type())).(*types.Named)
	return n
}

// find returns a member by name.
func find(t types.Type, name string) (member, bool) {
	for _, m := range members(t) {
		if m.object.Name() == name {
			return m, true
		}
	}
	return member{}, false
}

// documented returns what the documentation knows of a member.
func (h *Help) documented(m member) (godoc.Entry, bool) {
	if m.owner == nil || m.object.Pkg() == nil {
		return godoc.Entry{}, false
	}
	return h.docs.Lookup(m.object.Pkg().Path(), m.owner.Obj().Name()+"."+m.object.Name())
}

// declared writes what a name means as Go would declare it.
func declared(o types.Object) string {
	switch o := o.(type) {
	case *types.Func:
		return funcText(o)
	case *types.Var:
		if o.IsField() {
			return o.Name() + " " + typeText(o.Type())
		}
		return "var " + o.Name() + " " + typeText(o.Type())
	case *types.Const:
		return "const " + o.Name() + " " + constText(o)
	case *types.TypeName:
		return typeDeclaration(o)
	case *types.PkgName:
		return "package " + o.Imported().Name()
	}
	return o.Name()
}

func constText(o *types.Const) string {
	value := o.Val().String()
	if b, ok := o.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return "= " + value
	}
	return typeText(o.Type()) + " = " + value
}

// funcText writes the declaration of a function or method.
func funcText(f *types.Func) string {
	sig := f.Signature()
	text := strings.TrimPrefix(types.TypeString(sig, inNotebook), "func")
	if r := sig.Recv(); r != nil {
		name := r.Name()
		if name != "" && name != "_" {
			name += " "
		}
		return "func (" + strings.TrimPrefix(name, "_") + typeText(r.Type()) + ") " + f.Name() + text
	}
	return "func " + f.Name() + text
}

// typeDeclaration writes a type with what it is made of, a field a line.
func typeDeclaration(o *types.TypeName) string {
	head := "type " + o.Name()
	if o.IsAlias() {
		if a, ok := o.Type().(*types.Alias); ok {
			return head + " = " + typeText(a.Rhs())
		}
		return head + " = " + typeText(o.Type())
	}
	n, ok := o.Type().(*types.Named)
	if !ok {
		return head
	}
	if p := n.TypeParams(); p.Len() > 0 {
		full := typeText(n) // Pair[K comparable, V any]
		head = "type " + full
	}
	switch u := n.Underlying().(type) {
	case *types.Struct:
		return head + " struct" + lines(u.NumFields(), func(i int) string { return fieldText(u, i) })
	case *types.Interface:
		if u.IsMethodSet() {
			return head + " interface" + lines(u.NumMethods(), func(i int) string {
				m := u.Method(i)
				return m.Name() + strings.TrimPrefix(typeText(m.Type()), "func")
			})
		}
	}
	return head + " " + typeText(n.Underlying())
}

func fieldText(s *types.Struct, i int) string {
	f := s.Field(i)
	text := typeText(f.Type())
	if !f.Embedded() {
		text = f.Name() + " " + text
	}
	if tag := s.Tag(i); tag != "" {
		text += " `" + tag + "`"
	}
	return text
}

// lines writes n lines in braces.
func lines(n int, line func(int) string) string {
	if n == 0 {
		return "{}"
	}
	var b strings.Builder
	b.WriteString(" {\n")
	for i := range n {
		b.WriteString("\t" + line(i) + "\n")
	}
	return b.String() + "}"
}
