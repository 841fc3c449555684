package generator

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"slices"
	"strconv"
)

// source is a package that was read from its source, of which some is kept.
type source struct {
	path  string
	fset  *token.FileSet
	files []*ast.File
	names []string // of the files
	info  *types.Info
	pkg   *types.Package
	decls map[string]*decl // by name; methods as Type.Method
	kept  map[string]level
	extra map[int]map[string]string // further imports of a file, path by name
}

// decl is a declaration that is kept or left as a whole: a function, a type, a variable
// or a group of constants.
type decl struct {
	file    int
	fn      *ast.FuncDecl
	gen     *ast.GenDecl
	spec    ast.Spec // nil: all of gen
	methods []string // of a type: their names
	ours    bool     // stands in for the package's own
}

// level tells how much of a declaration is kept.
type level int

const (
	absent level = iota
	declared
	live // with its body
)

// readSource reads and checks a package. What it has of ours takes the place of its own.
func (s *Set) readSource(p *Listed) (*source, error) {
	src := &source{path: p.ImportPath, fset: token.NewFileSet(), decls: map[string]*decl{}, kept: map[string]level{}, extra: map[int]map[string]string{},
		info: &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}}
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(src.fset, s.file(p, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.names, src.files = append(src.names, name), append(src.files, f)
	}
	if text := substitutes[p.ImportPath]; text != "" {
		f, err := parser.ParseFile(src.fset, "substitute.go", "package "+p.Name+"\n"+text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.giveWay(f)
		src.names, src.files = append(src.names, "substitute.go"), append(src.files, f)
	}
	conf := types.Config{Importer: importer{s, p}, Sizes: types.SizesFor("gc", runtime.GOARCH), FakeImportC: true, Error: func(error) {}}
	src.pkg, _ = conf.Check(p.ImportPath, src.fset, src.files, src.info)
	for i, f := range src.files {
		for _, d := range f.Decls {
			src.index(i, d)
		}
	}
	return src, nil
}

// importer imports as a package does whose vendored imports have other paths.
type importer struct {
	set *Set
	by  *Listed
}

func (im importer) Import(path string) (*types.Package, error) {
	if real, ok := im.by.ImportMap[path]; ok {
		path = real
	}
	return im.set.Import(path)
}

// giveWay takes away the declarations that f has its own of.
func (src *source) giveWay(f *ast.File) {
	ours := map[string]bool{}
	for _, d := range f.Decls {
		for _, key := range keys(d) {
			ours[key] = true
		}
	}
	for _, g := range src.files {
		g.Decls = slices.DeleteFunc(g.Decls, func(d ast.Decl) bool {
			list := keys(d)
			return len(list) > 0 && !slices.ContainsFunc(list, func(key string) bool { return !ours[key] })
		})
	}
}

// keys returns the names that a declaration of functions or types declares.
func keys(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == "init" && d.Recv == nil || d.Name.Name == "_" {
			return nil
		}
		if d.Recv != nil {
			return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
		}
		return []string{d.Name.Name}
	case *ast.GenDecl:
		var list []string
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				list = append(list, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					list = append(list, id.Name)
				}
			}
		}
		return list
	}
	return nil
}

// receiver returns the name of a receiver's type.
func receiver(t ast.Expr) string {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// index notes what a declaration declares.
func (src *source) index(file int, d ast.Decl) {
	ours := src.names[file] == "substitute.go"
	g, ok := d.(*ast.GenDecl)
	if !ok {
		for _, key := range keys(d) {
			src.decl(key).file, src.decl(key).fn, src.decl(key).ours = file, d.(*ast.FuncDecl), ours
			if recv := d.(*ast.FuncDecl).Recv; recv != nil {
				t := src.decl(receiver(recv.List[0].Type))
				t.methods = append(t.methods, d.(*ast.FuncDecl).Name.Name)
			}
		}
		return
	}
	for _, spec := range g.Specs {
		for _, key := range keys(&ast.GenDecl{Specs: []ast.Spec{spec}}) {
			e := src.decl(key)
			e.file, e.gen, e.spec, e.ours = file, g, spec, ours
			if g.Tok == token.CONST {
				e.spec = nil // iota counts them all
			}
		}
	}
}

// object returns what a key of a function, method or type names.
func (src *source) object(key string) types.Object {
	switch d := src.decls[key]; {
	case d.fn != nil:
		return src.info.Defs[d.fn.Name]
	case d.spec != nil:
		if t, ok := d.spec.(*ast.TypeSpec); ok {
			return src.info.Defs[t.Name]
		}
	}
	return nil
}

func (src *source) decl(key string) *decl {
	if src.decls[key] == nil {
		src.decls[key] = &decl{}
	}
	return src.decls[key]
}

// write prints what is kept, by file name.
func (src *source) write() (map[string][]byte, error) {
	out := map[string][]byte{}
	for i, f := range src.files {
		kept := &ast.File{Name: f.Name}
		for _, d := range f.Decls {
			if d = src.keep(i, d); d != nil {
				kept.Decls = append(kept.Decls, d)
			}
		}
		if len(kept.Decls) == 0 {
			continue
		}
		if imports := src.imports(f, kept.Decls, src.extra[i]); len(imports.Specs) > 0 {
			kept.Decls = append([]ast.Decl{imports}, kept.Decls...)
		}
		var b bytes.Buffer
		if err := (&printer.Config{Mode: printer.RawFormat}).Fprint(&b, src.fset, kept); err != nil {
			return nil, fmt.Errorf("print %s/%s: %w", src.path, src.names[i], err)
		}
		out[src.names[i]] = b.Bytes()
	}
	return out, nil
}

// keep returns what is kept of a declaration, nil if nothing is.
func (src *source) keep(file int, d ast.Decl) ast.Decl {
	switch d := d.(type) {
	case *ast.FuncDecl:
		list := keys(d)
		if len(list) == 0 || src.kept[list[0]] == absent {
			return nil
		}
		fn := *d
		fn.Doc = nil
		if src.kept[list[0]] != live {
			fn.Body = nil
		}
		return &fn
	case *ast.GenDecl:
		if d.Tok == token.IMPORT {
			return nil
		}
		g := *d
		g.Doc, g.Specs = nil, nil
		for _, spec := range d.Specs {
			wanted := func(key string) bool { return src.kept[key] > absent }
			if d.Tok == token.CONST && slices.ContainsFunc(keys(d), wanted) || slices.ContainsFunc(keys(&ast.GenDecl{Specs: []ast.Spec{spec}}), wanted) {
				g.Specs = append(g.Specs, src.specs(file, d.Tok, spec)...)
			}
		}
		if len(g.Specs) == 0 {
			return nil
		}
		if len(g.Specs) > 1 && !g.Lparen.IsValid() {
			g.Lparen = g.TokPos
		}
		return &g
	}
	return nil
}

// specs returns how a declaration that is kept is written.
func (src *source) specs(file int, tok token.Token, spec ast.Spec) []ast.Spec {
	if v, ok := spec.(*ast.ValueSpec); ok && tok == token.VAR {
		if specs := src.variables(file, v); specs != nil {
			return specs
		}
	}
	return []ast.Spec{bare(spec)}
}

// bare returns a declaration without its comments.
func bare(spec ast.Spec) ast.Spec {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		s := *spec
		s.Doc, s.Comment = nil, nil
		return &s
	case *ast.ValueSpec:
		s := *spec
		s.Doc, s.Comment = nil, nil
		return &s
	}
	return spec
}

// imports declares the imports that some declarations of a file use, and extra ones.
func (src *source) imports(f *ast.File, decls []ast.Decl, extra map[string]string) *ast.GenDecl {
	used := maps.Clone(extra) // path by name
	if used == nil {
		used = map[string]string{}
	}
	for _, d := range decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if p, ok := src.info.Uses[id].(*types.PkgName); ok {
					used[id.Name] = p.Imported().Path()
				}
			}
			return true
		})
	}
	g := &ast.GenDecl{Tok: token.IMPORT}
	add := func(name, path string) {
		g.Specs = append(g.Specs, &ast.ImportSpec{Name: ast.NewIdent(name), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)}})
	}
	for _, name := range sortedKeys(used) {
		add(name, used[name])
	}
	for _, spec := range f.Imports {
		if spec.Name != nil && spec.Name.Name == "." {
			path, _ := strconv.Unquote(spec.Path.Value)
			add(".", path)
		}
	}
	if len(g.Specs) > 1 {
		g.Lparen = 1
	}
	return g
}
