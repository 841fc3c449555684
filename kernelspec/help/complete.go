package help

import (
	"go/token"
	"go/types"
	"sort"
	"strings"

	"axn/kernelspec/magic"
)

// Completion lists what could stand for the bytes from Start to End of a cell, the
// likeliest first.
type Completion struct {
	Start, End int
	Matches    []Match
}

// Match is one completion: its text, its kind ("function", "type", "module",
// "instance", "property", "keyword", "magic", "path") and its declaration.
type Match struct {
	Text, Kind, Signature string
	rank                  int
}

// Complete completes what ends at a byte offset of a cell.
func (h *Help) Complete(nb Notebook, code string, cursor int) Completion {
	c := &completer{h: h, nb: nb, code: code, cursor: cursor, result: Completion{Start: cursor, End: cursor}}
	c.complete()
	list := c.result.Matches
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].rank != list[j].rank {
			return list[i].rank < list[j].rank
		}
		return list[i].Text < list[j].Text
	})
	return c.result
}

// completer completes one place.
type completer struct {
	h      *Help
	nb     Notebook
	code   string
	cursor int
	word   string // what is to be completed
	d      *draft
	result Completion
}

func (c *completer) complete() {
	if c.magics() {
		return
	}
	code := magic.Blank(c.code, knownIn(c.nb))
	list := tokens(code[:c.cursor])
	if n := len(list); n > 0 && list[n-1].unfinished() {
		if t := list[n-1]; t.kind == token.STRING {
			c.inString(t, list[:n-1])
		}
		return
	}
	c.d = newDraft(c.nb, code, c.cursor)
	c.from(c.cursor-len(c.d.word), c.d.word)
	if c.d.selector() != nil {
		c.selection()
		return
	}
	if n := len(list); n > 0 && list[n-1].kind == token.PERIOD { // after what is no expression
		return
	}
	c.fields()
	c.names()
}

// from sets what is to be completed and where it begins.
func (c *completer) from(start int, word string) { c.result.Start, c.word = start, word }

// Ranks of matches: what a place wants, then what is near.
const (
	rankField = iota
	rankWanted
	rankLocal
	rankNotebook
	rankUniverse
	rankKeyword
	rankPackage // not imported
	rankFolded  // begins with the word in other case
)

// add adds a match if it begins with the word before the cursor.
func (c *completer) add(text, kind, signature string, rank int) {
	if strings.HasPrefix(text, "_") && c.word == "" || text == placeholder {
		return
	}
	if !strings.HasPrefix(text, c.word) {
		if len(text) < len(c.word) || !strings.EqualFold(text[:len(c.word)], c.word) {
			return
		}
		rank += rankFolded
	}
	c.result.Matches = append(c.result.Matches, Match{text, kind, signature, rank})
}

// knownIn tells whether a name means something in a notebook or in Go.
func knownIn(nb Notebook) magic.Known {
	names := objectNames(nb)
	return func(name string) bool { return names[name] || types.Universe.Lookup(name) != nil }
}

// selection completes what stands behind a period. After a plain chain of names all
// of the chain is replaced, as other kernels do.
func (c *completer) selection() {
	sel := c.d.selector()
	if p := c.d.packageOf(sel.X); p != nil {
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); usable(o) {
				c.add(name, kindOf(o), c.h.signature(o), c.wanted(o, rankLocal))
			}
		}
	} else {
		for _, m := range members(c.d.typeOf(sel.X)) {
			signature := declared(m.object)
			if v, isField := m.object.(*types.Var); isField {
				signature = typeText(v.Type())
			}
			if e, ok := c.h.documented(m); ok {
				signature = e.Decl
			}
			c.add(m.object.Name(), kindOf(m.object), signature, c.wanted(m.object, rankLocal+m.depth))
		}
	}
	before := withoutComments(tokens(c.code[:c.result.Start]))
	if first := chain(before); first < len(before) {
		prefix := c.code[before[first].start:c.result.Start]
		c.result.Start = before[first].start
		for i := range c.result.Matches {
			c.result.Matches[i].Text = prefix + c.result.Matches[i].Text
		}
	}
}

// chain returns the index at which the names and periods at the end of some tokens
// begin, len(list) if they end with something else, such as a call.
func chain(list []tok) int {
	first := len(list)
	for i := len(list) - 1; i > 0 && list[i].kind == token.PERIOD; i -= 2 {
		if list[i-1].kind != token.IDENT {
			return len(list)
		}
		first = i - 1
	}
	return first
}

// kindOf says what a name is, in the words of Jupyter.
func kindOf(o types.Object) string {
	switch o := o.(type) {
	case *types.Func, *types.Builtin:
		return "function"
	case *types.TypeName:
		return "type"
	case *types.PkgName:
		return "module"
	case *types.Var:
		if o.IsField() {
			return "property"
		}
	}
	return "instance"
}

// signature describes a name on a line: variables and constants by their type.
func (h *Help) signature(o types.Object) string {
	if o.Pkg() != nil && o.Pkg().Path() != "main" && receiver(o) == nil {
		if e, ok := h.docs.Lookup(o.Pkg().Path(), o.Name()); ok {
			first, _, _ := strings.Cut(e.Decl, "\n")
			return strings.TrimSuffix(first, " {")
		}
	}
	switch o := o.(type) {
	case *types.Var, *types.Const:
		return typeText(o.Type())
	case *types.PkgName:
		return "package " + o.Imported().Path()
	case *types.Builtin:
		e, _ := h.docs.Lookup("builtin", o.Name())
		return e.Decl
	}
	first, _, _ := strings.Cut(declared(o), "\n")
	return strings.TrimSuffix(first, " {")
}

// fields completes the field names of a struct literal.
func (c *completer) fields() {
	s, used := c.d.literal()
	if s == nil {
		return
	}
	for i := range s.NumFields() {
		if f := s.Field(i); usable(f) && !used[f.Name()] {
			c.add(f.Name()+": ", "property", typeText(f.Type()), rankField)
		}
	}
}

var keywords = strings.Fields("break case chan const continue default defer else fallthrough for func go goto if import interface map range return select struct switch type var")

// names completes a name that stands alone. Where no letter is typed, only names
// of a type that the place wants are offered.
func (c *completer) names() {
	only := c.word == ""
	if only && c.d.want() == nil {
		return
	}
	seen := map[string]bool{}
	offer := func(o types.Object, near int) {
		if o.Name() == "_" || seen[o.Name()] {
			return
		}
		seen[o.Name()] = true
		if rank := c.wanted(o, near); !only || rank == rankWanted {
			c.add(o.Name(), kindOf(o), c.h.signature(o), rank)
		}
	}
	for s := c.d.scope(); s != nil; s = s.Parent() {
		for _, name := range s.Names() {
			switch _, o := s.LookupParent(name, c.d.pos); {
			case o == nil:
			case s == types.Universe:
				offer(o, rankUniverse)
			case s == c.d.pkg.Scope():
				offer(o, rankNotebook)
			default:
				offer(o, rankLocal)
			}
		}
	}
	if only {
		return
	}
	for _, k := range keywords {
		c.add(k, "keyword", "", rankKeyword)
	}
	for _, p := range c.nb.Paths() {
		if name := PackageName(p); !seen[name] {
			seen[name] = true
			c.add(name, "module", "import \""+p+"\"", rankPackage)
		}
	}
}

// wanted returns the rank of a name: near, or better if the place wants its type.
func (c *completer) wanted(o types.Object, near int) int {
	want := c.d.want()
	if want == nil {
		return near
	}
	switch o := o.(type) {
	case *types.Var:
		if types.AssignableTo(o.Type(), want) {
			return rankWanted
		}
	case *types.Const:
		if o.Name() != "iota" && fits(o.Type(), want) {
			return rankWanted
		}
	case *types.Func:
		sig := o.Signature()
		if types.AssignableTo(sig, want) || sig.Results().Len() == 1 && sig.TypeParams() == nil && types.AssignableTo(sig.Results().At(0).Type(), want) {
			return rankWanted
		}
	}
	return near
}

// fits reports whether a constant of a type can be of the type that is wanted.
func fits(t, want types.Type) bool {
	if types.AssignableTo(t, want) {
		return true
	}
	b, ok := t.(*types.Basic)
	u, basic := want.Underlying().(*types.Basic)
	return ok && basic && b.Info()&types.IsUntyped != 0 && b.Info()&u.Info()&(types.IsNumeric|types.IsString|types.IsBoolean) != 0
}
