package generator

import (
	"fmt"
	"go/types"
	"strings"
)

// canProxy reports whether an interface can be implemented from outside its
// package: all methods exported, and no type in them that other packages cannot name.
func (f *file) canProxy(iface *types.Interface) bool {
	for m := range iface.Methods() {
		if !m.Exported() || !nameable(m.Type(), map[types.Type]bool{}) {
			return false
		}
	}
	return true
}

// nameable reports whether source outside its package can spell t.
func nameable(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	all := func(ts ...types.Type) bool {
		for _, t := range ts {
			if !nameable(t, seen) {
				return false
			}
		}
		return true
	}
	switch t := t.(type) {
	case *types.Alias:
		return publicName(t.Obj()) || nameable(t.Rhs(), seen)
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if !nameable(arg, seen) {
				return false
			}
		}
		return publicName(t.Obj())
	case *types.Pointer:
		return all(t.Elem())
	case *types.Slice:
		return all(t.Elem())
	case *types.Array:
		return all(t.Elem())
	case *types.Chan:
		return all(t.Elem())
	case *types.Map:
		return all(t.Key(), t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if !nameable(v.Type(), seen) {
				return false
			}
		}
	case *types.Signature:
		return all(t.Params(), t.Results())
	case *types.Struct:
		for v := range t.Fields() {
			if !v.Exported() || !nameable(v.Type(), seen) {
				return false
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if !m.Exported() || !nameable(m.Type(), seen) {
				return false
			}
		}
	}
	return true
}

// publicName reports whether a type name can be written outside its package.
func publicName(obj *types.TypeName) bool {
	if obj.Pkg() == nil {
		return true // error, any, comparable
	}
	path := "/" + obj.Pkg().Path() + "/"
	return obj.Exported() && !strings.Contains(path, "/internal/") && !strings.Contains(path, "/vendor/")
}

const guardPath = "axn/kernelspec/packages/guard"

// proxy declares the struct through which a type of a cell becomes an iface: the
// value itself, then one func per method in sorted order.
func (f *file) proxy(obj *types.TypeName, iface *types.Interface) {
	f.imports[guardPath] = "guard"
	proxy := "proxy_" + f.name(f.pkg) + "_" + obj.Name()
	fmt.Fprintf(&f.proxies, "%q: r.TypeFor[%s](),\n", obj.Name(), proxy)

	w := &f.proxyTypes
	fmt.Fprintf(w, "\n// %s lets a type declared in a cell be a %s.%s.\ntype %s struct {\n\tObject interface{}\n", proxy, f.pkg.Name(), obj.Name(), proxy)
	var methods strings.Builder
	for m := range iface.Methods() {
		sig := m.Signature()
		names, params := f.params(sig)
		results := f.results(sig)
		withObject := strings.Join(append([]string{"_ interface{}"}, params...), ", ")
		fmt.Fprintf(w, "\t%s_ func(%s) %s\n", m.Name(), withObject, results)
		call := fmt.Sprintf("p.%s_(%s)", m.Name(), strings.Join(append([]string{"p.Object"}, names...), ", "))
		if sig.Results().Len() > 0 {
			call = "return " + call
		}
		fmt.Fprintf(&methods, "\nfunc (p *%s) %s(%s) %s { defer guard.Enter()(); %s }\n", proxy, m.Name(), strings.Join(params, ", "), results, call)
	}
	fmt.Fprintf(w, "}\n%s", methods.String())
}

// params returns the arguments of a call and the parameter list, with names of our own.
func (f *file) params(sig *types.Signature) (names, params []string) {
	for i := range sig.Params().Len() {
		name := fmt.Sprintf("a%d", i)
		t := f.typeString(sig.Params().At(i).Type())
		if sig.Variadic() && i == sig.Params().Len()-1 {
			t = "..." + strings.TrimPrefix(t, "[]")
			params, names = append(params, name+" "+t), append(names, name+"...")
			continue
		}
		params, names = append(params, name+" "+t), append(names, name)
	}
	return names, params
}

// results returns the result list, in parentheses.
func (f *file) results(sig *types.Signature) string {
	if sig.Results().Len() == 0 {
		return ""
	}
	var ts []string
	for v := range sig.Results().Variables() {
		ts = append(ts, f.typeString(v.Type()))
	}
	return "(" + strings.Join(ts, ", ") + ")"
}

func (f *file) typeString(t types.Type) string { return types.TypeString(t, f.name) }
