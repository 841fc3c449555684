// go/parser, go/ast, go/format and go/token used on source text, with a visitor of our own.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
)

const src = `package p

// Doc of F.
func F(a, b int) (c int) { for i := 0; i < a; i++ { c += b*i }; return }

type T struct { X int ` + "`json:\"x\"`" + ` }
func (t *T) M() {}
`

type counter struct {
	kinds      map[string]int
	depth, max int
}

func (c counter) Visit(n ast.Node) ast.Visitor {
	if n == nil {
		return nil
	}
	c.kinds[strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.")]++
	c.depth++
	return c
}

type rename struct{ from, to string }

func (r *rename) fix(n ast.Node) bool {
	if id, ok := n.(*ast.Ident); ok && id.Name == r.from {
		id.Name = r.to
	}
	return true
}

func main() {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := counter{kinds: map[string]int{}}
	ast.Walk(c, f)
	fmt.Println(c.kinds["Ident"], c.kinds["FuncDecl"], c.kinds["BinaryExpr"])
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			fmt.Println("func", d.Name, d.Recv != nil, fset.Position(d.Pos()), strings.TrimSpace(d.Doc.Text()))
		case *ast.GenDecl:
			fmt.Println(d.Tok, d.Specs[0].(*ast.TypeSpec).Name)
		}
	}
	r := &rename{"c", "total"}
	ast.Inspect(f, r.fix)
	var b bytes.Buffer
	format.Node(&b, fset, f.Decls[0])
	fmt.Println(b.String())
	e, _ := parser.ParseExpr("1 + x*f(2)")
	fmt.Printf("%T %s\n", e, e.(*ast.BinaryExpr).Op)
	_, err = parser.ParseFile(fset, "bad.go", "package p\nfunc {", 0)
	fmt.Println(err)
	out, err := format.Source([]byte("package p\nvar  x=1"))
	fmt.Printf("%q %v\n", out, err)
	_ = r
}
