package site

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Code in the doc comments of what programs import is Go that compiles, but for the names that
// stand for something of the reader's.
func TestCodeInDocComments(t *testing.T) {
	packages := []string{"workbench", "workbench/serving", "workbench/pgstore", "workbench/shards", "workbench/rivals", "kernelspec/widgets"}
	exports := exportData(t, packages)
	blocks := 0
	for _, p := range packages {
		for _, code := range codeOf(t, filepath.Join("..", "..", p)) {
			if !strings.Contains(code, ":=") && !strings.Contains(code, "err =") {
				continue // a table, a formula
			}
			blocks++
			for _, e := range faults(exports, p, code) {
				t.Errorf("axn/%s: %s\n%s", p, e, code)
			}
		}
	}
	if blocks < 10 {
		t.Errorf("only %d blocks were found", blocks)
	}
	for want, code := range map[string]string{
		"assignment mismatch":                     "ce := workbench.Passages(nil, workbench.PassageOptions{})",
		"undefined: workbench.OpenCrossEncoders":  `ce, err := workbench.OpenCrossEncoders("folder")`,
		"unknown field Budgett in struct literal": `o := workbench.SearchOptions{Budgett: 1}`,
	} {
		if found := faults(exports, "workbench", code); len(found) != 1 || !strings.Contains(found[0], want) {
			t.Errorf("%s: found %q, want %q", code, found, want)
		}
	}
}

// exportData maps the paths of packages, and of what they import, to the files that the compiler
// reads of them.
func exportData(t *testing.T, packages []string) map[string]string {
	args := []string{"list", "-export", "-deps", "-tags", "axnkernel", "-f", "{{.ImportPath}} {{.Export}}"}
	for _, p := range packages {
		args = append(args, "axn/"+p)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return files
}

// codeOf lists the code in the doc comments of a package.
func codeOf(t *testing.T, folder string) (code []string) {
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, folder)
	if err != nil {
		t.Fatal(err)
	}
	add := func(text string) {
		for _, b := range new(comment.Parser).Parse(text).Content {
			if c, ok := b.(*comment.Code); ok {
				code = append(code, c.Text)
			}
		}
	}
	add(p.Doc)
	for _, f := range p.Funcs {
		add(f.Doc)
	}
	for _, typ := range p.Types {
		add(typ.Doc)
		for _, f := range append(typ.Funcs, typ.Methods...) {
			add(f.Doc)
		}
		ast.Inspect(typ.Decl, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok {
				add(f.Doc.Text())
			}
			return true
		})
	}
	return code
}

// readers finds messages about names that stand for something of the reader's.
var readers = regexp.MustCompile(`undefined: [a-z][A-Za-z0-9]*$|declared and not used|imported and not used`)

// faults says what a compiler finds wrong with code about a package.
func faults(exports map[string]string, about, code string) (found []string) {
	fset := token.NewFileSet()
	source := fmt.Sprintf("package p\nimport (\n. \"axn/%s\"\n\"axn/workbench\"\n)\nfunc _() {\n%s\n}\n", about, code)
	f, err := parser.ParseFile(fset, "", source, 0)
	if err != nil {
		return []string{err.Error()}
	}
	read := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	config := types.Config{Importer: read, Error: func(err error) {
		if e := err.(types.Error); !readers.MatchString(e.Msg) {
			found = append(found, e.Msg)
		}
	}}
	config.Check("p", fset, []*ast.File{f}, nil)
	return found
}
