// Package generator writes Go source that registers compiled packages with the
// interpreter, so that a cell imports them at once and without a Go toolchain.
//
// The interpreter needs, for each package, a table of reflect values and types;
// for each interface with methods also a proxy, a struct of funcs through which
// a type declared in a cell can satisfy it; and for untyped constants their
// exact value as text. Functions and types with type parameters have no reflect
// value and are left out.
package generator

import (
	"bytes"
	"fmt"
	"go/format"
	"go/types"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Load reads the exported API of the packages with the given import paths, seen
// from dir with the given flags of go build, in the order of their paths.
func Load(dir string, paths []string, buildFlags ...string) ([]*types.Package, error) {
	mode := packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedFiles
	loaded, err := packages.Load(&packages.Config{Mode: mode, Dir: dir, BuildFlags: buildFlags}, paths...)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", strings.Join(paths, " "), err)
	}
	pkgs := make([]*types.Package, 0, len(loaded))
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		if p.Types == nil || p.Name == "main" {
			return nil, fmt.Errorf("load %s: not an importable package", p.PkgPath)
		}
		pkgs = append(pkgs, p.Types)
	}
	sort.Slice(pkgs, func(i, j int) bool { return pkgs[i].Path() < pkgs[j].Path() })
	return pkgs, nil
}

// FileName names the file that registers the package with the given path:
// "gonum.org/v1/plot/vg" gives "gonum_org_v1_plot_vg.go".
func FileName(path string) string {
	return strings.NewReplacer("/", "_", ".", "_", "-", "_", "~", "_").Replace(path) + ".go"
}

// Source returns the formatted source of a file of package inPackage that
// registers pkg. The same API gives the same bytes.
func Source(inPackage string, pkg *types.Package) ([]byte, error) {
	f := &file{pkg: pkg, imports: map[string]string{}, taken: map[string]bool{"imports": true, "r": true, "guard": true}}
	f.name(pkg)
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() {
			f.object(obj)
		}
	}
	src, err := format.Source(f.bytes(inPackage))
	if err != nil {
		return nil, fmt.Errorf("format the registration of %s: %w", pkg.Path(), err)
	}
	return src, nil
}

// file gathers what one registration file says.
type file struct {
	pkg     *types.Package
	imports map[string]string // path to local name
	taken   map[string]bool   // local names in use

	binds, types, proxies, untypeds, wrappers bytes.Buffer // lines of the tables
	proxyTypes                                bytes.Buffer // declarations of the proxies
}

// name returns the local name of an imported package and remembers the import.
func (f *file) name(pkg *types.Package) string {
	if local, ok := f.imports[pkg.Path()]; ok {
		return local
	}
	local := pkg.Name()
	for i := 2; f.taken[local]; i++ {
		local = fmt.Sprintf("%s%d", pkg.Name(), i)
	}
	f.imports[pkg.Path()], f.taken[local] = local, true
	return local
}

// object adds the lines for one exported object.
func (f *file) object(obj types.Object) {
	full := f.name(f.pkg) + "." + obj.Name()
	switch obj := obj.(type) {
	case *types.Const:
		f.constant(obj, full)
	case *types.Var:
		fmt.Fprintf(&f.binds, "%q: r.ValueOf(&%s).Elem(),\n", obj.Name(), full)
	case *types.Func:
		if obj.Signature().TypeParams().Len() == 0 {
			fmt.Fprintf(&f.binds, "%q: r.ValueOf(%s),\n", obj.Name(), full)
		}
	case *types.TypeName:
		f.typeName(obj, full)
	}
}

// typeName adds a type, its proxy if it is an interface, and the methods that it
// gets from embedded fields: reflection cannot tell these from its own.
func (f *file) typeName(obj *types.TypeName, full string) {
	t := types.Unalias(obj.Type())
	if isGeneric(obj) {
		return
	}
	iface, isInterface := t.Underlying().(*types.Interface)
	if isInterface && !iface.IsMethodSet() {
		return // a constraint
	}
	fmt.Fprintf(&f.types, "%q: r.TypeFor[%s](),\n", obj.Name(), full)
	if isInterface && iface.NumMethods() > 0 && f.canProxy(iface) {
		f.proxy(obj, iface)
	}
	if promoted := promotedMethods(t); len(promoted) > 0 && !isInterface {
		fmt.Fprintf(&f.wrappers, "%q: {%s},\n", obj.Name(), `"`+strings.Join(promoted, `","`)+`"`)
	}
}

// isGeneric reports whether the named type needs type arguments.
func isGeneric(obj *types.TypeName) bool {
	if alias, ok := obj.Type().(*types.Alias); ok && alias.TypeParams().Len() > 0 {
		return true
	}
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	return ok && named.TypeParams().Len() > named.TypeArgs().Len()
}

// promotedMethods lists the exported methods of *t that come from embedded fields.
func promotedMethods(t types.Type) []string {
	set := types.NewMethodSet(types.NewPointer(t))
	var names []string
	for i := range set.Len() {
		if sel := set.At(i); len(sel.Index()) > 1 && sel.Obj().Exported() {
			names = append(names, sel.Obj().Name())
		}
	}
	return names
}

// bytes puts the file together.
func (f *file) bytes(inPackage string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated by kernelspec/packages/generate; DO NOT EDIT.\n\npackage %s\n\nimport (\n\tr \"reflect\"\n\n\t\"github.com/cosmos72/gomacro/imports\"\n", inPackage)
	if f.binds.Len()+f.types.Len() == 0 {
		f.imports[f.pkg.Path()] = "_" // nothing to register
	}
	paths := make([]string, 0, len(f.imports))
	for path := range f.imports {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		fmt.Fprintf(&b, "\t%s %q\n", f.imports[path], path)
	}
	fmt.Fprintf(&b, ")\n\nfunc init() {\n\timports.Packages[%q] = imports.Package{\n\t\tName: %q,\n", f.pkg.Path(), f.pkg.Name())
	table := func(field, kind string, lines *bytes.Buffer) {
		fmt.Fprintf(&b, "\t\t%s: map[string]%s{\n%s\t\t},\n", field, kind, lines)
	}
	table("Binds", "r.Value", &f.binds)
	table("Types", "r.Type", &f.types)
	table("Proxies", "r.Type", &f.proxies)
	table("Untypeds", "string", &f.untypeds)
	table("Wrappers", "[]string", &f.wrappers)
	b.WriteString("\t}\n}\n")
	b.Write(f.proxyTypes.Bytes())
	return b.Bytes()
}
