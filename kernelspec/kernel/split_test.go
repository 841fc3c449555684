package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// cellsOf cuts a program into the cells of a notebook: the imports, then each
// declaration, a type with its methods, after what it needs, then the statements
// of main one by one. Declarations that need each other share a cell. A main that
// defers, returns or jumps stays together, as a function that is called.
func cellsOf(src string) ([]string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "program.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := &cutter{src: src, fset: fset, owner: map[string]int{}}
	var imports []string
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			imports = append(imports, c.text(g))
		} else {
			c.add(d)
		}
	}
	cells := append([]string{strings.Join(imports, "\n")}, c.ordered()...)
	return append(cells, c.statements()...), nil
}

// cutter gathers the declarations of a program.
type cutter struct {
	src   string
	fset  *token.FileSet
	parts []*part
	owner map[string]int // part that declares a name
	main  *ast.FuncDecl
}

// part is what must be declared together: a declaration, or a type and its methods.
type part struct {
	texts []string
	nodes []ast.Node
}

func (c *cutter) text(n ast.Node) string {
	return c.src[c.fset.Position(n.Pos()).Offset:c.fset.Position(n.End()).Offset]
}

func (c *cutter) add(d ast.Decl) {
	if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "main" {
		c.main = fn
		return
	}
	names := declared(d)
	at := len(c.parts)
	if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
		name := base(fn.Recv.List[0].Type)
		if have, ok := c.owner[name]; ok {
			at = have
		} else {
			c.owner[name] = at
		}
	}
	for _, name := range names { // a method may have come before its type
		if have, ok := c.owner[name]; ok {
			at = have
		}
	}
	if at == len(c.parts) {
		c.parts = append(c.parts, &part{})
	}
	for _, name := range names {
		c.owner[name] = at
	}
	p := c.parts[at]
	p.texts, p.nodes = append(p.texts, c.text(d)), append(p.nodes, d)
}

// declared lists the names that a declaration adds to the package.
func declared(d ast.Decl) (names []string) {
	add := func(n string) {
		if n != "_" && n != "init" {
			names = append(names, n)
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			add(d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				add(s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					add(n.Name)
				}
			}
		}
	}
	return names
}

// base is the name of a receiver's type.
func base(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return base(e.X)
	case *ast.ParenExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	case *ast.IndexListExpr:
		return base(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// needs tells for every part which parts it reaches, through others too.
func (c *cutter) needs() [][]bool {
	n := len(c.parts)
	reach := make([][]bool, n)
	for i, p := range c.parts {
		reach[i] = make([]bool, n)
		for _, node := range p.nodes {
			ast.Inspect(node, func(m ast.Node) bool {
				switch m := m.(type) {
				case *ast.SelectorExpr:
					ast.Inspect(m.X, func(x ast.Node) bool { c.note(reach[i], x); return true })
					return false
				default:
					c.note(reach[i], m)
				}
				return true
			})
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	return reach
}

func (c *cutter) note(reach []bool, n ast.Node) {
	if id, ok := n.(*ast.Ident); ok {
		if at, ok := c.owner[id.Name]; ok {
			reach[at] = true
		}
	}
}

// ordered returns a cell for each group of parts, the earliest of those whose needs
// are met first: the order in which Go initialises variables.
func (c *cutter) ordered() (cells []string) {
	reach := c.needs()
	done := make([]bool, len(c.parts))
	ready := func(i int) bool {
		for j := range c.parts {
			if reach[i][j] && !reach[j][i] && !done[j] {
				return false
			}
		}
		return !done[i]
	}
	for range c.parts {
		i := slices.IndexFunc(c.parts, func(p *part) bool { return ready(slices.Index(c.parts, p)) })
		if i < 0 {
			break
		}
		var texts []string
		for j, p := range c.parts {
			if j == i || reach[i][j] && reach[j][i] {
				done[j] = true
				texts = append(texts, p.texts...)
			}
		}
		cells = append(cells, strings.Join(texts, "\n\n"))
	}
	return cells
}

// statements returns a cell for each statement of main, or one that calls it.
func (c *cutter) statements() (cells []string) {
	if bound(c.main.Body) {
		return []string{"func() " + c.text(c.main.Body) + "()"}
	}
	for _, s := range c.main.Body.List {
		cells = append(cells, c.text(s))
	}
	return cells
}

// bound reports whether statements need a function around them.
func bound(b *ast.BlockStmt) (found bool) {
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt, *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || n.Tok == token.GOTO
		}
		return !found
	})
	return found
}

// lateCellsOf puts the types of a program into a cell and what follows, also their methods,
// into a later one.
func lateCellsOf(src string) ([]string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "program.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := &cutter{src: src, fset: fset, owner: map[string]int{}}
	var imports, types, rest []string
	for _, d := range f.Decls {
		g, _ := d.(*ast.GenDecl)
		fn, ok := d.(*ast.FuncDecl)
		switch {
		case ok && fn.Recv == nil && fn.Name.Name == "main":
			c.main = fn
		case g != nil && g.Tok == token.IMPORT:
			imports = append(imports, c.text(d))
		case g != nil && (g.Tok == token.TYPE || g.Tok == token.CONST):
			types = append(types, c.text(d))
		default:
			rest = append(rest, c.text(d))
		}
	}
	return append([]string{strings.Join(imports, "\n"), strings.Join(types, "\n"), strings.Join(rest, "\n")}, c.statements()...), nil
}

func TestCellsOf(t *testing.T) {
	got, err := cellsOf(`package main

import "fmt"

func (t T) S() string { return name + helper() }

func main() {
	x := T(1)
	for i := range 2 {
		fmt.Println(i, x.S())
	}
}

type T int

var total = len(name)

const name = "n"

func helper() string { return even(2) }
func even(n int) string { if n == 0 { return "even" }; return odd(n - 1) }
func odd(n int) string { if n == 0 { return "odd" }; return even(n - 1) }
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`import "fmt"`,
		`const name = "n"`,
		`var total = len(name)`,
		"func even(n int) string { if n == 0 { return \"even\" }; return odd(n - 1) }\n\nfunc odd(n int) string { if n == 0 { return \"odd\" }; return even(n - 1) }",
		`func helper() string { return even(2) }`,
		"func (t T) S() string { return name + helper() }\n\ntype T int",
		"x := T(1)",
		"for i := range 2 {\n\t\tfmt.Println(i, x.S())\n\t}",
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got\n%s", strings.Join(got, "\n---\n"))
	}
	got, err = cellsOf("package main\nimport \"fmt\"\nfunc main() { defer fmt.Println(1) }")
	if err != nil || len(got) != 2 || got[1] != "func() { defer fmt.Println(1) }()" {
		t.Errorf("got %q, %v", got, err)
	}
}
