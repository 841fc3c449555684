package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// original is a piece of a cell that declares something.
type original struct {
	src     *source
	pc      piece             // without its words
	names   []string          // "T.M" for a method
	uses    map[string]bool   // names of cells that it mentions, also "T.M"
	imports map[string]string // paths of packages, by the names that it knows them by
	types   *typePiece        // set if it declares types
	program bool              // it belongs to a whole program, which does not follow
	values  bool              // it declares variables, whose function literals cannot follow
	stale   bool              // it could not follow: it is tried again with each name that it uses
	nodes   []ast.Node        // its syntax, until its names are known
}

func newOriginal(src *source, pc piece, names []string) *original {
	pc.words = nil
	return &original{src: src, pc: pc, names: names, uses: map[string]bool{}, imports: map[string]string{}}
}

// survey finds out what a declaration mentions.
func (d *original) survey(info *types.Info) {
	for _, n := range d.nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && d.values {
				d.mention(lit, info)
				return false
			}
			return true
		})
		if !d.values {
			d.mention(n, info)
		}
	}
	for _, name := range d.names {
		delete(d.uses, name)
	}
	d.nodes = nil
}

func (d *original) mention(n ast.Node, info *types.Info) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := info.Uses[id].(type) {
		case nil:
		case *types.PkgName:
			d.imports[obj.Name()] = obj.Imported().Path()
		default:
			if name := nameInSession(obj); name != "" {
				d.uses[name] = true
			}
		}
		return true
	})
}

// nameInSession is the name by which cells know an object: "T.M" for a method, empty if
// it is not one of theirs.
func nameInSession(obj types.Object) string {
	if obj.Pkg() == nil || obj.Pkg().Path() != "main" {
		return ""
	}
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		t := f.Signature().Recv().Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			return n.Obj().Name() + "." + f.Name()
		}
		return ""
	}
	if obj.Parent() != obj.Pkg().Scope() {
		return ""
	}
	name, _, _ := strings.Cut(obj.Name(), hidden)
	return name
}

// cell is the name of the cell that has the declaration.
func (d *original) cell() string { return d.src.file.Name() }

// title names what is declared, and where.
func (d *original) title() string {
	return fmt.Sprintf("%s (%s)", strings.Join(d.names, ", "), d.cell())
}

func (d *original) holds(pos token.Pos) bool {
	return d.src.pos(d.pc.off) <= pos && pos <= d.src.pos(d.pc.end)
}

// forgetOriginal lets go of what declares a name, and of its methods if it is a type.
func (s *Session) forgetOriginal(name string) {
	delete(s.originals, name)
	for other := range s.originals {
		if strings.HasPrefix(other, name+".") {
			delete(s.originals, other)
		}
	}
}

// declared notes what a part declares, when the part is accepted.
func (s *Session) declared(u *Unit, p *Part) {
	for _, d := range p.part.fresh {
		for _, name := range d.names {
			if _, ok := p.Package.Scope().Lookup(name).(*types.TypeName); ok {
				s.forgetOriginal(name) // with the methods of the older type
			}
		}
	}
	for _, d := range p.part.stay {
		for _, name := range d.names {
			if old := s.originals[name]; old != nil {
				old.src, old.pc = d.src, d.pc
			}
		}
	}
	for _, d := range p.part.fresh {
		d.program = u.program
		d.survey(p.Info)
		for _, name := range d.names {
			s.originals[name] = d
		}
	}
	for _, f := range u.left {
		for _, name := range f.names {
			if s.originals[name] == nil {
				s.originals[name] = f.original
			}
		}
	}
	for _, f := range p.followers {
		f.stale = false
		for _, name := range f.names {
			s.originals[name] = f.original
		}
		if f.types != nil {
			s.wrote([]*typePiece{f.types})
		}
	}
}
