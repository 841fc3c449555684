package godoc

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
)

// Extract reads the declarations and comments of the exported names of a package
// from its source files, whose names are full.
func Extract(path string, files []string) (map[string]Entry, error) {
	fset := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range files {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	var mode doc.Mode
	if path == "builtin" {
		mode = doc.AllDecls // all its names are small
	}
	p, err := doc.NewFromFiles(fset, parsed, path, mode)
	if err != nil {
		return nil, err
	}
	x := extractor{fset, map[string]Entry{"": {Decl: "package " + p.Name + " // import \"" + path + "\"", Doc: p.Doc}}}
	x.values(p.Consts)
	x.values(p.Vars)
	x.funcs("", p.Funcs)
	for _, t := range p.Types {
		x.typ(t)
	}
	return x.entries, nil
}

type extractor struct {
	fset    *token.FileSet
	entries map[string]Entry
}

func (x extractor) source(node any) string {
	var b bytes.Buffer
	if format.Node(&b, x.fset, node) != nil {
		return ""
	}
	return b.String()
}

func (x extractor) add(name, decl, doc string) { x.entries[name] = Entry{Decl: decl, Doc: doc} }

// values adds constants or variables; one without a comment of its own has that
// of its group.
func (x extractor) values(groups []*doc.Value) {
	for _, g := range groups {
		for _, s := range g.Decl.Specs {
			spec, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			text := spec.Doc.Text() + spec.Comment.Text()
			if text == "" {
				text = g.Doc
			}
			bare := *spec
			bare.Doc, bare.Comment = nil, nil
			for _, id := range spec.Names {
				x.add(id.Name, g.Decl.Tok.String()+" "+x.source(&bare), text)
			}
		}
	}
}

func (x extractor) funcs(receiver string, funcs []*doc.Func) {
	for _, f := range funcs {
		decl := *f.Decl
		decl.Doc, decl.Body = nil, nil
		x.add(receiver+f.Name, x.source(&decl), f.Doc)
	}
}

// typ adds a type with its fields, methods, constructors and constants.
func (x extractor) typ(t *doc.Type) {
	x.values(t.Consts)
	x.values(t.Vars)
	x.funcs("", t.Funcs)
	x.funcs(t.Name+".", t.Methods)
	for _, s := range t.Decl.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok || spec.Name.Name != t.Name {
			continue
		}
		bare := *t.Decl
		bare.Doc = nil
		x.add(t.Name, x.source(&bare), t.Doc)
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			x.fields(t.Name, typ.Fields, "")
		case *ast.InterfaceType:
			x.fields(t.Name, typ.Methods, "func ")
		}
	}
}

// fields adds the fields of a struct or the methods of an interface.
func (x extractor) fields(typeName string, list *ast.FieldList, keyword string) {
	for _, f := range list.List {
		for _, id := range f.Names {
			text := x.source(f.Type)
			if keyword != "" && len(text) > 4 {
				text = text[len("func"):]
			} else {
				text = " " + text
			}
			x.add(typeName+"."+id.Name, keyword+id.Name+text, f.Doc.Text()+f.Comment.Text())
		}
	}
}
