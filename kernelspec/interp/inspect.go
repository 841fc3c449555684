package interp

import (
	"fmt"
	"go/token"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// Description says what a name is.
type Description struct {
	Declaration string // as Go source
	Package     string // import path, if it belongs to one
	Doc         string // comment
	Value       string // of a variable, short
}

// Inspect describes the name around a byte offset of code, nil if it is unknown.
// Inside the arguments of a call, where no name is, it describes the function.
func (in *Interp) Inspect(code string, cursor int) *Description {
	in.mu.Lock()
	defer in.mu.Unlock()
	for cursor < len(code) && isNameByte(code[cursor]) {
		cursor++
	}
	list := tokens(code[:cursor])
	s := in.scopeAt(code, cursor)
	for len(list) > 0 {
		if last := len(list) - 1; list[last].kind == token.IDENT || list[last].kind.IsKeyword() {
			if first := operand(list, last); first <= last {
				if d := s.describe(code[list[first].start:list[last].end]); d != nil {
					return d
				}
			}
		}
		open := enclosing(list)
		if open < 1 || list[open].kind != token.LPAREN {
			return nil
		}
		list = list[:open]
	}
	return nil
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= utf8.RuneSelf
}

// describe describes a name, or the last name of an operand such as "f(x).y".
func (s *scope) describe(expression string) *Description {
	base, name := cutLast(expression)
	if base == "" {
		return s.describeName(name)
	}
	if !strings.ContainsAny(base, ".([") {
		if path, ok := s.packagePath(base); ok {
			return s.describePackageMember(path, name)
		}
	}
	t := s.typeOf(base)
	if t == nil {
		t = s.namedType(base)
	}
	if e, ok := s.memberDoc(t, name); ok {
		return &Description{Declaration: e.Decl, Doc: e.Doc, Package: typePackage(t)}
	}
	for _, m := range s.members(t) {
		if m.name == name {
			return &Description{Declaration: name + " " + typeText(m.t), Package: typePackage(t)}
		}
	}
	return nil
}

func typePackage(t xreflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

// cutLast splits "a.b.c" into "a.b" and "c".
func cutLast(expression string) (base, name string) {
	if i := strings.LastIndexByte(expression, '.'); i >= 0 {
		return expression[:i], expression[i+1:]
	}
	return "", expression
}

func (s *scope) describePackageMember(path, name string) *Description {
	if e, ok := s.in.docs.Lookup(path, name); ok {
		return &Description{Declaration: e.Decl, Doc: e.Doc, Package: path}
	}
	kind, ok := s.in.packageMembers(path)[name]
	if !ok {
		return nil
	}
	return &Description{Declaration: kind + " " + name, Package: path}
}

// describeName describes a name that stands alone: a variable, function, type or
// package, or one of Go's own.
func (s *scope) describeName(name string) *Description {
	if sym := s.comp.TryResolve(name); sym != nil {
		if imp, ok := sym.Value.(*fast.Import); ok {
			return s.describePackage(imp.Path)
		}
		if kindOf(&sym.Bind) == "function" && sym.Desc.Class() == fast.ConstBind {
			return s.describeBuiltin(name)
		}
		return s.describeSymbol(name, sym)
	}
	if t := s.comp.TryResolveType(name); t != nil {
		if d := s.describeBuiltin(name); d != nil {
			return d
		}
		return &Description{Declaration: "type " + name + " " + underlying(t), Doc: s.in.sources.comment(name)}
	}
	if path, ok := s.packagePath(name); ok {
		return s.describePackage(path)
	}
	return s.describeBuiltin(name)
}

func (s *scope) describePackage(path string) *Description {
	e, ok := s.in.docs.Lookup(path, "")
	if !ok {
		e.Decl = "package " + defaultName(path)
	}
	return &Description{Declaration: e.Decl, Doc: e.Doc, Package: path}
}

func (s *scope) describeBuiltin(name string) *Description {
	e, ok := s.in.docs.Lookup("builtin", name)
	if !ok {
		return nil
	}
	return &Description{Declaration: e.Decl, Doc: e.Doc, Package: "builtin"}
}

// describeSymbol describes a variable, with its value, or a function of a cell.
func (s *scope) describeSymbol(name string, sym *fast.Symbol) *Description {
	d := &Description{Doc: s.in.sources.comment(name)}
	switch sym.Desc.Class() {
	case fast.FuncBind:
		d.Declaration = "func " + name + strings.TrimPrefix(typeText(sym.Type), "func")
	case fast.ConstBind:
		d.Declaration = fmt.Sprintf("const %s %s = %v", name, typeText(sym.Type), sym.Value)
	default:
		d.Declaration = "var " + name + " " + typeText(sym.Type)
		if v, ok := s.in.valueOf(name); ok {
			d.Value = s.in.short(v, sym.Type)
		}
	}
	return d
}
