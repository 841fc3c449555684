package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// scopes are those around a place, the innermost first.
type scopes struct {
	*types.Scope
	outer *scopes
}

// in returns the scopes with the one that a node opens, if it does.
func (st *stopper) in(n ast.Node, outer *scopes) *scopes {
	if st.info == nil {
		return nil
	}
	if s := st.info.Scopes[n]; s != nil {
		return &scopes{s, outer}
	}
	return outer
}

// visible lists the local variables that can be seen at a place, those of outer scopes
// first.
func (st *stopper) visible(scope *scopes, pos token.Pos) (names []string) {
	seen := map[string]bool{}
	for ; scope != nil; scope = scope.outer {
		var here []string
		for _, name := range scope.Names() {
			found, obj := scope.LookupParent(name, pos)
			if found != scope.Scope || seen[name] {
				continue
			}
			seen[name] = true
			if _, ok := obj.(*types.Var); ok && name != "_" && !strings.Contains(name, hidden) {
				here = append(here, name)
			}
		}
		slices.SortStableFunc(here, func(a, b string) int {
			return int(scope.Lookup(a).Pos()) - int(scope.Lookup(b).Pos())
		})
		names = append(here, names...)
	}
	return names
}
