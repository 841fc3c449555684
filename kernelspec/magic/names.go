package magic

import (
	"go/types"

	"axn/kernelspec/eval"
)

// kindOf says how a name of a cell is declared: "var", "const", "func" or "type".
func kindOf(n eval.Name) string {
	switch n.Object.(type) {
	case *types.Var:
		return "var"
	case *types.Const:
		return "const"
	case *types.Func:
		return "func"
	}
	return "type"
}

// typeText writes a type as a cell would.
func typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == "main" {
			return ""
		}
		return p.Name()
	})
}
