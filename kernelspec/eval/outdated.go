package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A type that is declared anew is another type than before. What earlier cells made of the
// older one keeps it, and Go would say of both "cannot use T as T".

// explain adds to what is wrong in a part which of the names at the place are of an older
// type, and what to do.
func (c *checker) explain(part *Part, known int) {
	for i := known; i < len(c.unit.Problems); i++ {
		pos := c.at[i]
		if !pos.IsValid() {
			continue
		}
		for _, line := range c.olderAt(part, part.File.Decls, pos, c.unit.Problems[i].Message) {
			c.unit.Problems[i].Message += "\n\t" + line
		}
	}
}

// explainFollowers says of the followers that do not compile what to do.
func (c *checker) explainFollowers(part *Part, list []*follower) {
	for _, f := range list {
		switch older := c.olderAt(part, f.decls, f.at, f.reason); {
		case f.reason == "":
		case len(older) > 0:
			f.reason = strings.Join(older, "; ")
		case f.at.IsValid():
			f.reason = fmt.Sprintf("with the new one, line %d: %s; change it and run its cell again", c.unit.src.frame(f.at).Line, f.reason)
		}
	}
}

// olderAt looks for names of an older type in the statement, or else the declaration, in
// which a problem lies.
func (c *checker) olderAt(part *Part, decls []ast.Decl, pos token.Pos, message string) (lines []string) {
	for _, d := range decls {
		if pos < d.Pos() || d.End() < pos {
			continue
		}
		stmt := ast.Node(d)
		ast.Inspect(d, func(n ast.Node) bool {
			switch n.(type) {
			case nil, *ast.BlockStmt:
			case ast.Stmt, ast.Spec:
				if n.Pos() <= pos && pos <= n.End() {
					stmt = n
				}
			}
			return true
		})
		for _, n := range []ast.Node{stmt, d} {
			if lines = c.olderIn(part, n, message); len(lines) > 0 {
				return lines
			}
		}
	}
	return nil
}

func (c *checker) olderIn(part *Part, n ast.Node, message string) (lines []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := part.Info.Uses[id]
		if obj == nil || obj.Pkg() == part.Package || nameInSession(obj) == "" {
			return true
		}
		finder := outdatedFinder{c: c, pkg: part.Package, seen: map[types.Type]bool{}}
		if old := finder.find(obj.Type()); old != "" && strings.Contains(message, old) {
			if line := c.olderLine(obj, old, finder.here && c.unit.Offset(n.Pos()) >= 0); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		return true
	})
	return lines
}

// olderLine says of a name what to do: here tells that the cell itself declares the type, and
// is refused.
func (c *checker) olderLine(obj types.Object, old string, here bool) string {
	name := nameInSession(obj)
	at := c.unit.src.frame(obj.Pos()).Cell
	for _, f := range c.unit.left {
		if slices.Contains(f.names, name) {
			return fmt.Sprintf("%s is from %s, before %s was declared anew: %s", name, at, old, f.reason)
		}
	}
	if here {
		return fmt.Sprintf("%s is from %s, before %s was declared anew here: do that in a cell of its own, then run %s again", name, at, old, at)
	}
	return fmt.Sprintf("%s is from %s, before %s was declared anew: run %s again", name, at, old, at)
}

// outdatedFinder looks for types of cells that were declared anew since.
type outdatedFinder struct {
	c    *checker
	pkg  *types.Package // in which they may be declared anew
	seen map[types.Type]bool
	here bool // it is declared anew there
}

// find returns the name of such a type in another one, "" if there is none.
func (f *outdatedFinder) find(t types.Type) string {
	if f.seen[t] {
		return ""
	}
	f.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		return f.find(types.Unalias(t))
	case *types.Named:
		obj := t.Obj()
		if nameInSession(obj) != "" {
			now := f.pkg.Scope().Lookup(obj.Name())
			here := now != nil
			if now == nil {
				now = f.c.lookup(obj.Name())
			}
			if now != nil && now != types.Object(obj) {
				f.here = here
				return obj.Name()
			}
			if old := f.find(t.Underlying()); old != "" {
				return old
			}
			if old := f.constraints(t.TypeParams()); old != "" {
				return old
			}
		}
		for a := range t.TypeArgs().Types() {
			if old := f.find(a); old != "" {
				return old
			}
		}
	case *types.Map:
		if old := f.find(t.Key()); old != "" {
			return old
		}
		return f.find(t.Elem())
	case interface{ Elem() types.Type }: // pointer, array, slice, channel
		return f.find(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if old := f.find(v.Type()); old != "" {
				return old
			}
		}
	case *types.Signature:
		if old := f.constraints(t.TypeParams()); old != "" {
			return old
		}
		if old := f.find(t.Params()); old != "" {
			return old
		}
		return f.find(t.Results())
	case *types.Struct:
		for v := range t.Fields() {
			if old := f.find(v.Type()); old != "" {
				return old
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if old := f.find(m.Type()); old != "" {
				return old
			}
		}
	}
	return ""
}

func (f *outdatedFinder) constraints(list *types.TypeParamList) string {
	for p := range list.TypeParams() {
		if old := f.find(p.Constraint()); old != "" {
			return old
		}
	}
	return ""
}

// ofOlder says of a failed type assertion between types of the same name which of them the
// value has.
func (s *Session) ofOlder(text string) string {
	const scopes = " (types from different scopes)"
	before, ok := strings.CutSuffix(text, scopes)
	if !ok {
		return text
	}
	_, name, _ := strings.Cut(before, ", not main.")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.declares(name) {
		return text
	}
	return fmt.Sprintf("%s: the value was made before %s was declared anew: run its cell again", before, name)
}
