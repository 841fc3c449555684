package eval

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// What a cell declares anew may be used by what earlier cells declared. A variable of the
// same type and a function of the same signature take the place of the older one by
// themselves. Where something else changes, the functions, methods, types and constants
// that mention it are read again from their text and checked together with the cell: they
// follow. What would not compile any more stays as it is, and the cell says so.

// follower is a declaration that is read again.
type follower struct {
	*original
	decls  []ast.Decl
	late   *lateMethod // set if it is a method of a type of an earlier cell
	reason string      // why it cannot follow, empty if it can
	at     token.Pos   // where the reason lies in it
}

// file is the source of a follower as a file of the part.
func (f *follower) file() *ast.File {
	src := f.src
	file := &ast.File{Package: src.pos(0), Name: &ast.Ident{NamePos: src.pos(0), Name: "main"}, FileStart: src.pos(0), FileEnd: src.pos(len(src.text))}
	if len(f.imports) > 0 {
		d := &ast.GenDecl{Tok: token.IMPORT, TokPos: src.pos(0)}
		for _, name := range slices.Sorted(maps.Keys(f.imports)) {
			d.Specs = append(d.Specs, importSpec(name, f.imports[name]))
		}
		file.Decls = append(file.Decls, d)
	}
	file.Decls = append(file.Decls, f.decls...)
	return file
}

// following is the attempt to let declarations follow a part.
type following struct {
	c       *checker
	pt      *part
	own     map[string]bool // what the part declares, also "T.M"
	changed map[string]bool // names that mean something else than before
	list    []*follower
	left    []*follower // those that cannot follow
}

// follow lets what mentions a name that a part declares anew follow it. It takes the part
// as it was checked without, and whose problems begin at known.
func (c *checker) follow(pt *part, first *Part, known int) *Part {
	f := &following{c: c, pt: pt, own: map[string]bool{}, changed: map[string]bool{}}
	for _, d := range pt.fresh {
		for _, name := range d.names {
			f.own[name] = true
		}
	}
	for name := range pt.names {
		f.compare(name, first)
	}
	f.compareMethods(pt.late)
	alone := slices.Clone(c.unit.Problems)
	part := first
	for f.grow() || f.drop() {
		c.unit.Problems = c.unit.Problems[:known]
		part = c.attemptPart(pt, f.list, part)
		for _, of := range f.list {
			for _, name := range of.names {
				f.compare(name, part)
			}
			if of.late != nil {
				f.compareMethods([]*lateMethod{of.late})
			}
		}
	}
	if n := len(c.unit.Problems); n > known && n >= len(alone) && len(f.list) > 0 {
		for _, of := range f.list {
			of.reason = "with the new one, this cell would not compile: " + firstLine(c.unit.Problems[known].Message)
		}
		f.left, c.unit.left, f.list = append(f.left, f.list...), append(c.unit.left, f.list...), nil
		c.unit.Problems = alone[:known:known]
		part = c.attemptPart(pt, nil, part)
	}
	c.unit.notes = append(c.unit.notes, f.notes()...)
	return part
}

// compare notes whether a name means something else than before, so that what uses it
// must be read again.
func (f *following) compare(name string, part *Part) {
	old, obj := f.c.lookup(name), part.Package.Scope().Lookup(name)
	if old != nil && obj != nil && old != obj && !takesPlace(obj, old) {
		f.changed[name] = true
	}
}

func (f *following) compareMethods(list []*lateMethod) {
	for _, m := range list {
		if m.changes {
			f.changed[m.named.Obj().Name()+"."+m.name] = true
		}
	}
}

// takesPlace reports whether an object does, for what was compiled, as the older one.
func takesPlace(obj, old types.Object) bool {
	if !types.Identical(obj.Type(), old.Type()) {
		return false
	}
	switch obj := obj.(type) {
	case *types.Var:
		_, ok := old.(*types.Var)
		return ok
	case *types.Func:
		_, ok := old.(*types.Func)
		return ok && obj.Signature().TypeParams().Len() == 0
	case *types.Const:
		c, ok := old.(*types.Const)
		return ok && obj.Val().Kind() == c.Val().Kind() && constant.Compare(obj.Val(), token.EQL, c.Val())
	case *types.TypeName:
		return obj.IsAlias()
	}
	return false
}

// grow takes in what uses a changed name, and reports whether there was more.
func (f *following) grow() bool {
	n := len(f.list)
	for _, d := range f.c.s.originals {
		known := func(of *follower) bool { return of.original == d }
		if d.program || d.values || !f.touches(d) && !(d.stale && f.mends(d)) || f.replaces(d) || slices.ContainsFunc(f.list, known) || slices.ContainsFunc(f.left, known) {
			continue
		}
		f.list = append(f.list, &follower{original: d})
	}
	slices.SortFunc(f.list, func(a, b *follower) int { return cmp.Compare(a.src.pos(a.pc.off), b.src.pos(b.pc.off)) })
	return len(f.list) > n
}

// touches reports whether a declaration uses a changed name.
func (f *following) touches(d *original) bool {
	for name := range f.changed {
		if d.uses[name] {
			return true
		}
	}
	return false
}

// mends reports whether the part may let a declaration follow that could not before.
func (f *following) mends(d *original) bool {
	for name := range f.own {
		if d.uses[name] {
			return true
		}
	}
	return false
}

// replaces reports whether the part declares the same, or the type whose method it is and
// that it stood beside.
func (f *following) replaces(d *original) bool {
	if !slices.ContainsFunc(d.names, func(name string) bool { return !f.own[name] }) {
		return true
	}
	t := f.c.s.originals[d.pc.recv]
	return d.pc.kind == method && f.own[d.pc.recv] && t != nil && t.src == d.src
}

// drop leaves out what does not compile, and reports whether there was something. A type
// stays as it is if one of its methods does, which it would lack else.
func (f *following) drop() bool {
	n := len(f.list)
	for _, m := range f.list {
		for _, t := range f.list {
			if m.reason != "" && m.pc.kind == method && m.late == nil && t.reason == "" && slices.Contains(t.names, m.pc.recv) {
				t.reason = m.reason
			}
		}
	}
	f.list = slices.DeleteFunc(f.list, func(of *follower) bool {
		if of.reason != "" {
			f.left = append(f.left, of)
			f.c.unit.left = append(f.c.unit.left, of)
		}
		return of.reason != ""
	})
	return len(f.list) < n
}

// notes tells what stays with the older names.
func (f *following) notes() (list []string) {
	for _, of := range f.left {
		if !f.touches(of.original) {
			continue
		}
		list = append(list, fmt.Sprintf("%s still uses the older %s: %s", of.title(), f.older(of.original), of.reason))
	}
	for _, name := range slices.Sorted(maps.Keys(f.c.s.originals)) {
		d := f.c.s.originals[name]
		obj, ok := f.c.s.objects[name].(*types.Var)
		if d.values && !d.program && f.touches(d) && !f.own[name] && ok && holdsFunction(obj.Type()) {
			list = append(list, fmt.Sprintf("%s (%s) holds a function that still uses the older %s: run its cell again", name, d.cell(), f.older(d)))
		}
	}
	return list
}

// older names what a declaration mentions and has changed.
func (f *following) older(d *original) string {
	var list []string
	for name := range f.changed {
		if d.uses[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// holdsFunction reports whether values of a type are made of functions.
func holdsFunction(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Map:
		return holdsFunction(u.Elem())
	case *types.Slice:
		return holdsFunction(u.Elem())
	case *types.Array:
		return holdsFunction(u.Elem())
	case *types.Struct:
		for v := range u.Fields() {
			if _, ok := v.Type().Underlying().(*types.Signature); ok {
				return true
			}
		}
	}
	return false
}

// read parses the followers of a part. Those that stand in the way of what the part
// declares cannot follow.
func (c *checker) read(pt *part, list []*follower) {
	here := maps.Clone(pt.names)
	for _, f := range list {
		for _, name := range f.names {
			here[name] = f.src.pos(f.pc.off)
		}
	}
	for _, f := range list {
		f.reason, f.late, f.at = "", nil, token.NoPos
		decls, problems := f.src.decls(f.pc.off, f.pc.end)
		if len(problems) > 0 {
			f.reason = problems[0].Message
			continue
		}
		f.decls = decls
		for name := range f.imports {
			if here[name].IsValid() {
				f.reason = fmt.Sprintf("%s is no package any more", name)
			}
		}
		for _, id := range declared(decls) { // what is declared elsewhere by now
			if d := c.s.originals[id.Name]; pt.names[id.Name].IsValid() || d != f.original {
				id.Name = "_"
			}
		}
		if f.pc.kind == method && !here[f.pc.recv].IsValid() {
			c.readMethod(f)
		}
	}
}

// readMethod makes a follower a method of a type of an earlier cell.
func (c *checker) readMethod(f *follower) {
	var named *types.Named
	if obj, ok := c.lookup(f.pc.recv).(*types.TypeName); ok {
		named, _ = types.Unalias(obj.Type()).(*types.Named)
	}
	if named == nil {
		f.reason = fmt.Sprintf("%s is no type any more", f.pc.recv)
		return
	}
	f.late = newLateMethod(f.src, f.decls[0].(*ast.FuncDecl), named)
}

// with returns a part that has followers beside what it declares itself.
func (pt *part) with(list []*follower) *part {
	if len(list) == 0 {
		return pt
	}
	all := *pt
	all.names, all.words, all.late = maps.Clone(pt.names), maps.Clone(pt.words), slices.Clone(pt.late)
	for _, f := range list {
		for _, id := range declared(f.decls) {
			if id.Name != "_" {
				all.names[id.Name] = id.Pos()
			}
		}
		for name := range f.uses {
			if !strings.Contains(name, ".") {
				all.words[name] = true
			}
		}
		if f.pc.recv != "" {
			all.words[f.pc.recv] = true
		}
		if f.late != nil {
			all.late = append(all.late, f.late)
		}
	}
	return &all
}

// attemptPart checks a part with followers. The one that was checked before is taken back.
func (c *checker) attemptPart(pt *part, list []*follower, before *Part) *Part {
	if before != nil {
		before.undo()
	}
	c.read(pt, list)
	list = slices.DeleteFunc(slices.Clone(list), func(f *follower) bool { return f.reason != "" })
	part := c.checkPart(pt.with(list), list)
	c.explainFollowers(part, list)
	return part
}

// ofFollower takes an error that lies in a follower.
func (c *checker) ofFollower(err error, list []*follower) bool {
	var e types.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, f := range list {
		if !f.holds(e.Pos) {
			continue
		}
		if f.reason == "" {
			f.reason, f.at = firstLine(plain(e.Msg)), e.Pos
		}
		return true
	}
	return false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
