package eval

import (
	"go/ast"
	"go/types"
)

// A debugger may want to stop in a function of a cell that ran without stops. Then the
// function is read again from its text and compiled with stops; it is called in the place
// of the one without, until the debugger wants that no more. Function literals in variables
// and generic functions stay as they are.

// SetStops has the functions and methods that a cell declared compiled with stops, or
// without.
func (s *Session) SetStops(cell string, stops bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.originals {
		if d.cell() != cell {
			continue
		}
		if undo := s.swapped[d]; undo != nil {
			undo()
			delete(s.swapped, d)
		}
		if d.src.stops == stops {
			continue
		}
		if undo := s.swap(d, stops); undo != nil {
			s.swapped[d] = undo
		}
	}
}

// swap compiles a function again and lets it be called in the place of the one there is;
// nil if that cannot be.
func (s *Session) swap(d *original, stops bool) (undo func()) {
	defer func() {
		if recover() != nil {
			undo = nil // it stays as it is
		}
	}()
	decls, problems := d.src.decls(d.pc.off, d.pc.end)
	if d.program || d.values || d.stale || len(problems) > 0 || len(decls) != 1 {
		return nil
	}
	decl, ok := decls[0].(*ast.FuncDecl)
	if !ok || decl.Body == nil || decl.Type.TypeParams != nil {
		return nil
	}
	pt := newPart()
	var old *types.Func
	if decl.Recv == nil {
		old, _ = s.objects[decl.Name.Name].(*types.Func)
		pt.names[decl.Name.Name] = decl.Name.Pos()
	} else if named := s.plainType(d.pc.recv); named != nil {
		pt.late = []*lateMethod{newLateMethod(d.src, decl, named)}
		old = methodOf(named, decl.Name.Name)
	}
	if old == nil {
		return nil
	}
	part := s.checkAgain(d, decl, pt)
	if part == nil {
		return nil
	}
	defer part.undo()
	if stops {
		s.addStops(part, true)
		part = part.again()
	}
	orderCalls(part)
	s.program.Build(part.Package, part.files, part.Info, nil)
	return s.program.Redirect(old, part.Info.Defs[decl.Name].(*types.Func))
}

// plainType returns a type of the cells that is not generic, nil if there is none.
func (s *Session) plainType(name string) *types.Named {
	obj, ok := s.objects[name].(*types.TypeName)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok || named.TypeParams().Len() > 0 {
		return nil
	}
	return named
}

// checkAgain checks a function or method in the scope of the session; nil if it is refused.
func (s *Session) checkAgain(d *original, decl *ast.FuncDecl, pt *part) *Part {
	pt.decls, pt.packages = []ast.Decl{decl}, d.imports
	pt.use(decl)
	u := &Unit{Fset: d.src.fset, src: d.src}
	c := newChecker(s, u, true)
	for name := range d.imports {
		delete(pt.words, name)
	}
	part := c.checkPart(pt, nil)
	if len(u.Problems) > 0 {
		part.undo()
		return nil
	}
	return part
}
