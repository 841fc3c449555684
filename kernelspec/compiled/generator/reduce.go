package generator

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
)

// reducer finds what has to be carried as source: the API of each package that has
// generic functions or types, the bodies of these, and whatever the bodies need that has
// no compiled value.
type reducer struct {
	set      *Set
	compiled map[string]bool // packages with tables
	sources  map[string]*source
	queue    []item
	lacking  []string // what cannot be carried
}

type item struct {
	src *source
	key string
}

// sources is the source that an archive carries.
type sources struct {
	files map[string]map[string][]byte // by package path and file name
	order []string                     // the paths, each after those that it imports
	lacks []string                     // what generic code needs and cannot have
}

// sources reduces the source of those packages of a group that have generic functions or
// types.
func (s *Set) sources(g *Group) (*sources, error) {
	r := &reducer{set: s, compiled: map[string]bool{}, sources: map[string]*source{}}
	for _, p := range s.Packages {
		r.compiled[p.ImportPath] = p.importable()
	}
	for _, p := range g.Packages {
		pkg, err := s.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		if !hasGenerics(pkg) {
			continue
		}
		src, err := r.source(p.ImportPath)
		if err != nil {
			return nil, err
		}
		for _, name := range pkg.Scope().Names() {
			if obj := pkg.Scope().Lookup(name); obj.Exported() {
				r.need(src, name, declared)
			}
		}
	}
	for len(r.queue) > 0 {
		next := r.queue[0]
		r.queue = r.queue[1:]
		if err := r.follow(next); err != nil {
			return nil, err
		}
	}
	out := &sources{files: map[string]map[string][]byte{}}
	for _, p := range s.Packages {
		src := r.sources[p.ImportPath]
		if src == nil {
			continue
		}
		files, err := src.write()
		if err != nil {
			return nil, err
		}
		out.files[p.ImportPath], out.order = files, append(out.order, p.ImportPath)
	}
	slices.Sort(r.lacking)
	out.lacks = slices.Compact(r.lacking)
	return out, nil
}

// hasGenerics reports whether a package exports something with type parameters.
func hasGenerics(pkg *types.Package) bool {
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() && isGeneric(obj) {
			return true
		}
	}
	return false
}

// isGeneric reports whether a function or type has type parameters, or a method's type
// has.
func isGeneric(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Func:
		sig := obj.Signature()
		return sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0
	case *types.TypeName:
		switch t := obj.Type().(type) {
		case *types.Alias:
			return t.TypeParams().Len() > 0
		case *types.Named:
			return t.TypeParams().Len() > 0
		}
	}
	return false
}

func (r *reducer) source(path string) (*source, error) {
	if src := r.sources[path]; src != nil {
		return src, nil
	}
	src, err := r.set.readSource(r.set.byPath[path])
	if err != nil {
		return nil, fmt.Errorf("source of %s: %w", path, err)
	}
	r.sources[path] = src
	return src, nil
}

// need keeps a declaration. What is generic is kept with its body, and so is what has
// no compiled value.
func (r *reducer) need(src *source, key string, l level) {
	d := src.decls[key]
	if d == nil {
		return
	}
	if obj := src.object(key); obj != nil && isGeneric(obj) {
		l = live
	}
	if d.fn != nil && d.ours && d.fn.Body == nil {
		l = declared
	}
	if l <= src.kept[key] {
		return
	}
	src.kept[key] = l
	r.queue = append(r.queue, item{src, key})
}

// follow keeps what a declaration refers to.
func (r *reducer) follow(it item) error {
	d, alive := it.src.decls[it.key], it.src.kept[it.key] == live
	switch {
	case d.fn != nil:
		if alive && d.fn.Body == nil {
			r.lack(it.src.path+"."+it.key, "it has no Go source")
		}
		fn := *d.fn
		if !alive {
			fn.Body = nil
		}
		return r.references(it.src, &fn, alive)
	case d.spec == nil:
		for _, key := range keys(d.gen) {
			r.need(it.src, key, declared)
		}
		return r.references(it.src, d.gen, false)
	}
	if isVariable(d) && !alive && r.variable(it.src, d) {
		return nil
	}
	for _, name := range d.methods {
		r.need(it.src, it.key+"."+name, it.src.kept[it.key])
	}
	// The value of a variable that has no compiled one is found by running its initialiser.
	return r.references(it.src, d.spec, alive)
}

// references keeps what a part of a package refers to. alive says that the part is run
// by the evaluator.
func (r *reducer) references(src *source, node ast.Node, alive bool) (err error) {
	ast.Inspect(node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || err != nil {
			return err == nil
		}
		obj := src.info.Uses[id]
		if obj == nil || obj.Pkg() == nil {
			return true
		}
		if key := keyOf(obj); key != "" {
			err = r.refer(src, obj, key, alive)
		}
		return true
	})
	return err
}

// keyOf returns the name of an object that is declared at the level of a package.
func keyOf(obj types.Object) string {
	if f, ok := obj.(*types.Func); ok {
		f = f.Origin()
		if recv := f.Signature().Recv(); recv != nil {
			t := types.Unalias(recv.Type())
			if p, ok := t.(*types.Pointer); ok {
				t = types.Unalias(p.Elem())
			}
			if named, ok := t.(*types.Named); ok {
				if _, isInterface := named.Underlying().(*types.Interface); !isInterface {
					return named.Obj().Name() + "." + f.Name()
				}
			}
			return ""
		}
	}
	if obj.Parent() == obj.Pkg().Scope() {
		return obj.Name()
	}
	return ""
}

// refer keeps an object that is referred to.
func (r *reducer) refer(from *source, obj types.Object, key string, alive bool) error {
	path := obj.Pkg().Path()
	if path == from.path {
		l := declared
		if alive && !r.hasValue(obj) {
			l = live
		}
		r.need(from, key, l)
		return nil
	}
	switch obj.(type) {
	case *types.Func, *types.Var:
	default:
		return nil // types and constants are in the export data, methods of types in their runtime types
	}
	if !alive || r.hasValue(obj) || path == "unsafe" {
		return nil
	}
	if isGeneric(obj) && r.compiled[path] {
		return nil // carried with its package
	}
	if r.set.byPath[path].Standard {
		r.lack(from.path, "it needs "+path+"."+key)
		return nil
	}
	src, err := r.source(path)
	if err == nil {
		r.need(src, key, live)
	}
	return err
}

// hasValue reports whether an object can be had compiled: as an entry of a table, or by
// reflection.
func (r *reducer) hasValue(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Func:
		if isGeneric(obj.Origin()) || !obj.Exported() {
			return false
		}
		return r.compiled[obj.Pkg().Path()] || obj.Signature().Recv() != nil
	case *types.TypeName:
		return r.compiled[obj.Pkg().Path()] && obj.Exported() || r.set.reached[obj.Pkg().Path()+"\t"+obj.Name()]
	case *types.Var:
		return obj.IsField() || obj.Exported() && r.compiled[obj.Pkg().Path()]
	}
	return true
}

func (r *reducer) lack(what, why string) { r.lacking = append(r.lacking, what+": "+why) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
