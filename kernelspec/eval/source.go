package eval

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// source is the text of a cell and its place in the session's file set.
type source struct {
	fset *token.FileSet
	file *token.File
	text string

	stops bool // a debugger may stop in it
}

// margin lies before each cell in the file set, so that a prefix that a piece is parsed
// with has positions of its own.
const margin = 64

func newSource(fset *token.FileSet, name, text string) *source {
	file := addFile(fset, name, len(text))
	file.SetLinesForContent([]byte(text))
	if strings.Contains(text, "//line ") || strings.Contains(text, "/*line ") { // the scanner notes what they say
		var sc scanner.Scanner
		sc.Init(file, []byte(text), nil, scanner.ScanComments)
		for tok := token.ILLEGAL; tok != token.EOF; {
			_, tok, _ = sc.Scan()
		}
	}
	return &source{fset: fset, file: file, text: text}
}

// addFile adds a file behind a margin. Packages that are read meanwhile add files too: if
// one takes the place, it is looked for anew.
func addFile(fset *token.FileSet, name string, size int) (file *token.File) {
	defer func() {
		if file == nil && recover() != nil {
			file = addFile(fset, name, size)
		}
	}()
	return fset.AddFile(name, fset.Base()+margin, size)
}

func (src *source) pos(off int) token.Pos { return src.file.Pos(min(max(off, 0), len(src.text))) }

// offset returns which byte of the cell a position is, -1 if it lies elsewhere.
func (src *source) offset(pos token.Pos) int {
	base := src.file.Base()
	if int(pos) < base || int(pos) > base+len(src.text) {
		return -1
	}
	return int(pos) - base
}

// frame returns the place of a position of any cell, whatever line directives say.
func (src *source) frame(pos token.Pos) Frame { return frameAt(src.fset.PositionFor(pos, false)) }

func frameAt(p token.Position) Frame {
	return Frame{Cell: p.Filename, Line: p.Line, Column: p.Column}
}

// parse parses a stretch of the cell between a prefix and a suffix. The positions in
// the tree are those of the session's file set: the stretch is read in a file set of
// its own whose file begins where the prefix would lie.
func (src *source) parse(prefix string, off, end int, suffix string) (*ast.File, []Problem) {
	base := src.file.Base() + off - len(prefix)
	fset := token.NewFileSet()
	fset.AddFile("", 1, base-2)
	file, err := parser.ParseFile(fset, "", prefix+src.text[off:end]+suffix, parser.ParseComments|parser.SkipObjectResolution|parser.AllErrors)
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return file, nil
	}
	var problems []Problem
	for _, e := range list {
		at, message := max(off+e.Pos.Offset-len(prefix), off), e.Msg
		if at >= end { // what follows from an error before is not told
			if len(problems) > 0 {
				break
			}
			at, message = end, src.ends(message, end)
		}
		frame := src.frame(src.pos(at))
		if n := len(problems); n == 0 || problems[n-1].At.Line != frame.Line {
			problems = append(problems, Problem{frame, message})
		}
	}
	return file, problems
}

// ends says what was found where a stretch ends, in the place of what was put behind it.
func (src *source) ends(message string, end int) string {
	what := "the end of the statement"
	if strings.TrimSpace(src.text[end:]) == "" {
		what = "the end of the cell"
	}
	for _, behind := range []string{"'}'", "')'", "'EOF'", "newline"} {
		message = strings.TrimSuffix(message, behind)
	}
	if strings.HasSuffix(message, "found ") {
		return message + what
	}
	return message
}

// packageClause parses a stretch as a package clause.
func (src *source) packageClause(off, end int) []Problem {
	_, problems := src.parse("", off, end, "\n")
	return problems
}

// decls parses a stretch of declarations, as far as they can be read.
func (src *source) decls(off, end int) ([]ast.Decl, []Problem) {
	file, problems := src.parse("package p;", off, end, "\n")
	return file.Decls, problems
}

// imports parses a piece as imports.
func (src *source) imports(pc piece) (specs []*ast.ImportSpec, problems []Problem) {
	decls, problems := src.decls(pc.off, pc.end)
	for _, d := range decls {
		if d, ok := d.(*ast.GenDecl); ok {
			for _, spec := range d.Specs {
				specs = append(specs, spec.(*ast.ImportSpec))
			}
		}
	}
	return specs, problems
}

// statements parses a stretch of statements, as far as they can be read.
func (src *source) statements(off, end int) ([]ast.Stmt, []Problem) {
	file, problems := src.parse("package p;func _(){", off, end, "\n}")
	if len(file.Decls) != 1 && problems == nil {
		problems = []Problem{{src.frame(src.pos(off)), "unexpected " + firstWord(src.text[off:end])}}
	}
	if len(file.Decls) == 0 {
		return nil, problems
	}
	return file.Decls[0].(*ast.FuncDecl).Body.List, problems
}

// expressions parses a stretch as a list of expressions, or returns nil.
func (src *source) expressions(off, end int) []ast.Expr {
	file, problems := src.parse("package p;var _=f(", off, end, "\n)")
	if problems != nil {
		if file, problems = src.parse("package p;var _=f(", off, end, ")"); problems != nil {
			return nil
		}
	}
	if len(file.Decls) != 1 {
		return nil
	}
	spec := file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ValueSpec)
	call, ok := spec.Values[0].(*ast.CallExpr)
	if !ok || len(spec.Values) != 1 || call.Ellipsis.IsValid() {
		return nil
	}
	if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "f" {
		return nil
	}
	return call.Args
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, " \t\n"); i > 0 {
		return s[:i]
	}
	return s
}
