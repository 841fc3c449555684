package builder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// upstream are the files of gophernotes that package display is made of, with the
// declarations that are taken of each; none means all.
var upstream = map[string][]string{
	"display.go":  nil,
	"image.go":    nil,
	"messages.go": {"MIMEMap", "Data", "ensure", "merge"},
}

const gophernotes = "github.com/gopherdata/gophernotes"

// addDisplay adds gophernotes' package display to the overlay. Its files belong to a
// command and reach methods of cells through gomacro; here they are a package, and Go's
// own reflection does.
func (k *Kernel) addDisplay(tmp string, files map[string]string) error {
	out, err := command(k.Root, "go", "mod", "download", "-json", gophernotes)
	if err != nil {
		return err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(out), &module); err != nil {
		return fmt.Errorf("go mod download: %w", err)
	}
	for name, wanted := range upstream {
		src, err := adapted(filepath.Join(module.Dir, name), wanted)
		if err != nil {
			return err
		}
		file := filepath.Join(tmp, "gophernotes_"+name)
		if err := os.WriteFile(file, src, 0o644); err != nil {
			return err
		}
		files[filepath.Join(k.Root, "kernelspec", "display", "gophernotes_"+name)] = file
	}
	return nil
}

// adapted returns a file of gophernotes as one of package display, with the wanted
// declarations.
func adapted(name string, wanted []string) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f.Name.Name = "display"
	if wanted != nil {
		f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool { return !declares(d, wanted) })
		f.Comments = nil
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			g.Specs = slices.DeleteFunc(g.Specs, dropImport)
		}
		ast.Inspect(d, rename)
	}
	var b bytes.Buffer
	if err := format.Node(&b, fset, f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b.Bytes(), nil
}

func declares(d ast.Decl, wanted []string) bool {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Recv == nil && slices.Contains(wanted, d.Name.Name)
	case *ast.GenDecl:
		if t, ok := d.Specs[0].(*ast.TypeSpec); ok && d.Tok == token.TYPE {
			return slices.Contains(wanted, t.Name.Name)
		}
	}
	return false
}

// dropImport drops the import of gomacro's helpers, and puts package reflect in the place
// of its xreflect.
func dropImport(s ast.Spec) bool {
	path := s.(*ast.ImportSpec).Path
	switch p, _ := strconv.Unquote(path.Value); p {
	case "github.com/cosmos72/gomacro/base/reflect":
		return true
	case "github.com/cosmos72/gomacro/xreflect":
		s.(*ast.ImportSpec).Name = ast.NewIdent("xreflect")
		path.Value = `"reflect"`
	}
	return false
}

// rename gives what the files need of gophernotes' kernel and of gomacro the names that
// it has in display/host.go.
func rename(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "basereflect" {
				n.Fun = &ast.Ident{NamePos: sel.Pos(), Name: "valueInterface"}
			}
		}
	case *ast.Ident:
		if n.Name == "Kernel" {
			n.Name = "renderers"
		}
	}
	return true
}
