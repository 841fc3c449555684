package eval

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// A cell that runs again declares its types again. A type that is declared by the same
// words, which mean the same, stays the type it is: variables keep their values, and
// methods that stand beside it are those of the type, in the place of the older ones.

// typePiece is a piece of a cell that declares types.
type typePiece struct {
	names   []string
	text    string
	words   map[string]bool
	methods map[string]bool // "T.M": those that the cell declares beside
}

// writtenType is how a type of the session was declared.
type writtenType struct {
	*typePiece
	obj   types.Object
	means map[string]any // the types, constants and packages that the words name
}

// meaning returns the type, constant or package that a name is, nil if it is none.
func (s *Session) meaning(name string) any {
	switch obj := s.objects[name].(type) {
	case *types.TypeName, *types.Const:
		return obj
	case nil:
		if path := s.imports[name]; path != "" {
			return path
		}
	}
	return nil
}

// wrote notes how a part declared its types.
func (s *Session) wrote(list []*typePiece) {
	for _, t := range list {
		means := map[string]any{}
		for word := range t.words {
			means[word] = s.meaning(word)
		}
		for _, name := range t.names {
			s.written[name] = writtenType{t, s.objects[name], means}
		}
	}
}

// stays reports whether a piece declares again what is declared.
func (s *Session) stays(t *typePiece, imports map[string]string) bool {
	for _, name := range t.names {
		w, ok := s.written[name]
		if !ok || w.obj != s.objects[name] || w.text != t.text || !holds(t.methods, w.methods, name) {
			return false
		}
		for word, means := range w.means {
			now := s.meaning(word)
			if path := imports[word]; path != "" {
				now = path
			}
			if now != means {
				return false
			}
		}
	}
	return len(t.names) > 0
}

// holds reports whether the methods of a type that a cell declared stand in another, too.
func holds(now, before map[string]bool, name string) bool {
	for m := range before {
		if len(m) > len(name) && m[:len(name)+1] == name+"." && !now[m] {
			return false
		}
	}
	return true
}

// unusual are names by which the text of a type may depend on the types of variables.
var unusual = []string{"len", "cap", "unsafe", "real", "imag", "complex", "min", "max"}

// keep leaves out the pieces that declare types again which stay, and notes the others. A
// whole program keeps none.
func (p *partParser) keep(pieces []piece) (left []piece) {
	fresh, stay, paths := p.survey(pieces), map[int]bool{}, map[string]string{}
	program := false
	for _, pc := range pieces {
		switch pc.kind {
		case pkgClause:
			program = true
		case imports:
			maps.Copy(paths, p.bound(pc))
		}
	}
	for off, t := range p.types {
		depends := slices.ContainsFunc(unusual, func(name string) bool { return t.words[name] })
		stay[off] = !program && !depends && p.s.stays(t, paths)
	}
	for again := true; again; {
		again = false
		for off, t := range p.types {
			if !stay[off] {
				for _, name := range t.names {
					fresh[name] = true
				}
			}
		}
		for off, t := range p.types {
			for word := range t.words {
				if stay[off] && fresh[word] && p.s.meaning(word) != nil {
					stay[off], again = false, true
				}
			}
		}
	}
	for _, pc := range pieces {
		t := p.types[pc.off]
		if stay[pc.off] {
			p.cur.types = append(p.cur.types, t) // with the methods that it has now
			p.cur.stay = append(p.cur.stay, newOriginal(p.src, pc, t.names))
			continue
		}
		left = append(left, pc)
		if t != nil {
			for _, name := range t.names {
				p.own[name] = true
			}
		}
	}
	if program {
		p.types = nil
	}
	return left
}

// survey notes the pieces that declare types, with the methods beside them, and returns the
// names that the other pieces declare.
func (p *partParser) survey(pieces []piece) (fresh map[string]bool) {
	p.types, fresh = map[int]*typePiece{}, map[string]bool{}
	methods := map[string]bool{}
	for _, pc := range pieces {
		names := pc.names
		switch pc.first {
		case token.TYPE, token.CONST, token.VAR:
			decls, _ := p.src.decls(pc.off, pc.end)
			for _, id := range declared(decls) {
				names = append(names, id.Name)
			}
		}
		switch {
		case pc.kind == method:
			methods[pc.recv+"."+names[0]] = true
		case pc.first == token.TYPE:
			p.types[pc.off] = &typePiece{names, p.src.text[pc.off:pc.end], pc.words, methods}
		default:
			for _, name := range names {
				fresh[name] = true
			}
		}
	}
	return fresh
}

// bound returns the paths that a piece imports, by the names that it gives them.
func (p *partParser) bound(pc piece) map[string]string {
	paths := map[string]string{}
	specs, _ := p.src.imports(pc)
	for _, spec := range specs {
		if name, path, err := p.s.imported(spec); err == nil {
			paths[name] = path
		}
	}
	return paths
}
