package frontend

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Parameter is a value given to a notebook from outside.
type Parameter struct{ Name, Value string }

// ParseParameter reads "name=value". A value that is a Go expression is one, any
// other is a string.
func ParseParameter(s string) (Parameter, error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok || !isIdentifier(name) {
		return Parameter{}, fmt.Errorf("parameter %q is not name=value", s)
	}
	if !isLiteral(value) {
		value = strconv.Quote(value)
	}
	return Parameter{name, value}, nil
}

func isIdentifier(s string) bool {
	e, err := parser.ParseExpr(s)
	_, isIdent := e.(interface{ IsExported() bool })
	return err == nil && isIdent
}

// isLiteral reports whether a value is written as Go writes numbers, strings,
// truth values and composite values.
func isLiteral(s string) bool {
	if s == "true" || s == "false" {
		return true
	}
	_, err := parser.ParseExpr(s)
	return err == nil && strings.ContainsAny(s[:1], `0123456789-+."'[`+"`")
}

// SetParameters puts a cell with the parameters after the one tagged "parameters", which
// declares them, as papermill does: in the place of one that was put there before, or in
// front of all if there is neither. A parameter that the tagged cell declares is assigned,
// so that it keeps its type; any other is declared.
func (nb *Notebook) SetParameters(ps []Parameter) {
	if len(ps) == 0 {
		return
	}
	find := func(tag string) int {
		return slices.IndexFunc(nb.Cells, func(c *NotebookCell) bool { return c.HasTag(tag) })
	}
	declared := map[string]bool{}
	at := 0
	if tagged := find("parameters"); tagged >= 0 {
		code, _ := nb.Cells[tagged].Code()
		declared, at = declares(code), tagged+1
	}
	if old := find("injected-parameters"); old >= 0 {
		nb.Cells = slices.Delete(nb.Cells, old, old+1)
		at = old
	}
	code := []string{"// Parameters"}
	for _, p := range ps {
		assign := " := "
		if declared[p.Name] {
			assign = " = "
		}
		code = append(code, p.Name+assign+p.Value)
	}
	cell := &NotebookCell{map[string]any{
		"cell_type": "code", "id": "injected-parameters", "source": lines(strings.Join(code, "\n")),
		"metadata": map[string]any{"tags": []any{"injected-parameters"}},
	}}
	cell.Clear()
	nb.Cells = slices.Insert(nb.Cells, at, cell)
}

// declares returns the variables that a cell declares, as far as it can be parsed.
func declares(code string) map[string]bool {
	names := map[string]bool{}
	f, _ := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+code+"\n}", parser.SkipObjectResolution)
	if f == nil || len(f.Decls) == 0 {
		return names
	}
	body := f.Decls[0].(*ast.FuncDecl).Body
	if body == nil {
		return names
	}
	for _, stmt := range body.List {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			for _, e := range stmt.Lhs {
				if id, ok := e.(*ast.Ident); ok && stmt.Tok == token.DEFINE {
					names[id.Name] = true
				}
			}
		case *ast.DeclStmt:
			for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && stmt.Decl.(*ast.GenDecl).Tok == token.VAR {
					for _, id := range v.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	return names
}
