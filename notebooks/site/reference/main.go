// Command reference writes the doc comments of packages as pages of Markdown: to the
// standard output, a JSON object of texts by the name of the page. Its arguments are folders
// from the module's root, where it runs.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	pages, err := reference(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(pages)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// reference returns the pages of packages, and one that lists them.
func reference(folders []string) (map[string]string, error) {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Go reference\n\nThe packages that programs and cells import, as `go doc` tells of them.\n\n| package | what it is |\n| --- | --- |\n")
	for _, folder := range folders {
		p, err := read(folder)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&index, "| [`axn/%s`](%s) | %s |\n", folder, pageOf(folder), p.docs.Synopsis(p.docs.Doc))
		pages[pageOf(folder)] = p.page(folders)
	}
	pages["index.md"] = index.String()
	return pages, nil
}

func pageOf(folder string) string { return strings.ReplaceAll(folder, "/", "-") + ".md" }

// pkg is a package that is read.
type pkg struct {
	docs *doc.Package
	fset *token.FileSet
	out  strings.Builder
}

func read(folder string) (*pkg, error) {
	ctx := build.Default
	ctx.BuildTags = []string{"axnkernel"} // the kernel's own packages
	listed, err := ctx.ImportDir(filepath.FromSlash(folder), build.ImportComment)
	if err != nil {
		return nil, err
	}
	p := &pkg{fset: token.NewFileSet()}
	var files []*ast.File
	for _, name := range slices.Concat(listed.GoFiles, listed.TestGoFiles, listed.XTestGoFiles) {
		f, err := parser.ParseFile(p.fset, filepath.Join(folder, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	p.docs, err = doc.NewFromFiles(p.fset, files, "axn/"+folder)
	return p, err
}

// page returns the package as Markdown.
func (p *pkg) page(folders []string) string {
	d := p.docs
	fmt.Fprintf(&p.out, "# package %s\n\n", d.Name)
	fmt.Fprintf(&p.out, "```go\nimport %q\n```\n\n", d.ImportPath)
	p.text(d.Doc, folders)
	p.examples(d.Examples)
	p.values(d.Consts, folders)
	p.values(d.Vars, folders)
	for _, f := range d.Funcs {
		p.function(f, "##", folders)
	}
	for _, t := range d.Types {
		fmt.Fprintf(&p.out, "## type %s { #%s }\n\n", t.Name, t.Name)
		p.code(t.Decl)
		p.text(t.Doc, folders)
		p.examples(t.Examples)
		p.values(t.Consts, folders)
		p.values(t.Vars, folders)
		for _, f := range slices.Concat(t.Funcs, t.Methods) {
			p.function(f, "###", folders)
		}
	}
	return p.out.String()
}

func (p *pkg) function(f *doc.Func, level string, folders []string) {
	name := f.Name
	if f.Recv != "" {
		name = strings.TrimLeft(f.Recv, "*") + "." + name
	}
	fmt.Fprintf(&p.out, "%s func %s { #%s }\n\n", level, name, name)
	p.code(f.Decl)
	p.text(f.Doc, folders)
	p.examples(f.Examples)
}

func (p *pkg) values(list []*doc.Value, folders []string) {
	for _, v := range list {
		p.code(v.Decl)
		p.text(v.Doc, folders)
	}
}

// text writes a doc comment; names in brackets lead to their pages.
func (p *pkg) text(text string, folders []string) {
	printer := p.docs.Printer()
	printer.HeadingLevel = 3
	printer.HeadingID = func(*comment.Heading) string { return "" }
	printer.DocLinkURL = func(l *comment.DocLink) string {
		to := l.Name
		if l.Recv != "" {
			to = l.Recv + "." + l.Name
		}
		folder, own := strings.CutPrefix(l.ImportPath, "axn/")
		switch {
		case l.ImportPath == "":
			return "#" + to
		case own && slices.Contains(folders, folder):
			return pageOf(folder) + "#" + to
		}
		return "https://pkg.go.dev/" + path.Join(l.ImportPath) + "#" + to
	}
	p.out.Write(printer.Markdown(p.docs.Parser().Parse(text)))
	p.out.WriteString("\n")
}

func (p *pkg) examples(list []*doc.Example) {
	for _, e := range list {
		p.out.WriteString("Example:\n\n")
		p.code(e.Code)
		if e.Output != "" {
			fmt.Fprintf(&p.out, "```text\n%s```\n\n", e.Output)
		}
	}
}

// code writes a declaration, or the statements of an example, as gofmt does.
func (p *pkg) code(node any) {
	var b strings.Builder
	if err := format.Node(&b, p.fset, node); err != nil {
		fmt.Fprintf(&b, "// %v", err)
	}
	text := b.String()
	if _, isBlock := node.(*ast.BlockStmt); isBlock {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{\n"), "\n}")
		lines := strings.Split(text, "\n")
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], "\t")
		}
		text = strings.Join(lines, "\n")
	}
	fmt.Fprintf(&p.out, "```go\n%s\n```\n\n", text)
}
