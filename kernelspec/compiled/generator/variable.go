package generator

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
)

// variables declares those variables of a declaration that have compiled values, by
// their types alone: their initialisers must not run a second time. It returns nil if
// one has no compiled value, or a type that cannot be spelled here.
func (src *source) variables(file int, spec *ast.ValueSpec) []ast.Spec {
	var specs []ast.Spec
	for _, id := range spec.Names {
		if id.Name == "_" {
			continue
		}
		if src.kept[id.Name] == live {
			return nil
		}
		text, ok := src.typeText(file, id)
		if !ok {
			return nil
		}
		t, err := parser.ParseExpr(text)
		if err != nil {
			return nil
		}
		specs = append(specs, &ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(id.Name)}, Type: t})
	}
	return specs
}

// typeText spells the type of a variable, and has the packages imported that it needs.
func (src *source) typeText(file int, id *ast.Ident) (text string, ok bool) {
	obj := src.info.Defs[id]
	if obj == nil || !spelled(obj.Type(), src.pkg, map[types.Type]bool{}) {
		return "", false
	}
	return types.TypeString(obj.Type(), func(p *types.Package) string {
		if p == src.pkg {
			return ""
		}
		if src.extra[file] == nil {
			src.extra[file] = map[string]string{}
		}
		for name, path := range src.extra[file] {
			if path == p.Path() {
				return name
			}
		}
		name := fmt.Sprintf("%s_axn%d", p.Name(), len(src.extra[file]))
		src.extra[file][name] = p.Path()
		return name
	}), true
}

// spelled reports whether a package can write a type down.
func spelled(t types.Type, from *types.Package, seen map[types.Type]bool) bool {
	ok := true
	eachName(t, seen, func(obj *types.TypeName) {
		ok = ok && (obj.Pkg() == nil || obj.Pkg() == from || obj.Exported())
	})
	return ok && !strings.Contains(types.TypeString(t, nil), "invalid type")
}

// eachName calls f for the names that a type is written with.
func eachName(t types.Type, seen map[types.Type]bool, f func(*types.TypeName)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			eachName(arg, seen, f)
		}
	case *types.Named:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			eachName(arg, seen, f)
		}
	case *types.Map:
		eachName(t.Key(), seen, f)
		eachName(t.Elem(), seen, f)
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		eachName(t.Elem(), seen, f)
	case *types.Struct:
		for v := range t.Fields() {
			eachName(v.Type(), seen, f)
		}
	case *types.Tuple:
		for v := range t.Variables() {
			eachName(v.Type(), seen, f)
		}
	case *types.Signature:
		eachName(t.Params(), seen, f)
		eachName(t.Results(), seen, f)
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			eachName(m.Type(), seen, f)
		}
		for e := range t.EmbeddedTypes() {
			eachName(e, seen, f)
		}
	}
}

// variable keeps what the type of a variable needs that is declared, and reports whether
// its type alone tells of it.
func (r *reducer) variable(src *source, d *decl) bool {
	spec := d.spec.(*ast.ValueSpec)
	for _, id := range spec.Names {
		if src.kept[id.Name] == live {
			return false
		}
		if obj := src.info.Defs[id]; obj == nil || !spelled(obj.Type(), src.pkg, map[types.Type]bool{}) {
			return false
		}
	}
	for _, id := range spec.Names {
		eachName(src.info.Defs[id].Type(), map[types.Type]bool{}, func(obj *types.TypeName) {
			if obj.Pkg() == src.pkg {
				r.need(src, obj.Name(), declared)
			}
		})
	}
	return true
}

func isVariable(d *decl) bool { return d.gen != nil && d.gen.Tok == token.VAR && d.spec != nil }
