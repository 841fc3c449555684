package eval

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// Unit is the text of a cell with its types. The text is cut into parts, most cells have
// one; each is a package whose syntax keeps the positions of the text.
type Unit struct {
	Fset     *token.FileSet
	Parts    []*Part
	Problems []Problem // syntax errors, or else what go/types refuses

	syntax  bool // the problems are syntax errors
	notes   []string
	left    []*follower // what cannot follow the parts
	src     *source
	program bool
	links   []linkname
}

// Part is a package that a cell makes.
type Part struct {
	File    *ast.File
	Info    *types.Info
	Package *types.Package

	*part

	bodiless  map[types.Object]bool // functions that it declares without a body
	files     []*ast.File           // File, and those of the followers
	followers []*follower
	again     func() *Part // checks it anew, after its syntax has changed
	undo      func()       // takes back the methods that it gave to types of earlier cells
}

// Pos returns the position of a byte of the cell, and Offset the byte of a position.
func (u *Unit) Pos(offset int) token.Pos { return u.src.pos(offset) }

// Offset returns which byte of the cell a position is, -1 if it lies elsewhere.
func (u *Unit) Offset(pos token.Pos) int { return u.src.offset(pos) }

// Check parses a cell and finds its types, as far as they can be found, without running
// anything. It leaves no trace in the session.
func (s *Session) Check(text string) *Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.check(newSource(token.NewFileSet(), "cell", text), true)
}

// check checks a cell. tolerant goes on after syntax errors.
func (s *Session) check(src *source, tolerant bool) *Unit {
	u := s.attempt(src, showIt, tolerant)
	if len(u.Problems) == 0 && u.showsCount() {
		return s.attempt(src, runIt, tolerant)
	}
	for _, p := range u.Problems {
		if !u.syntax && strings.Contains(p.Message, "(no value) used as value") {
			if again := s.attempt(src, runIt, tolerant); len(again.Problems) < len(u.Problems) {
				return again
			}
			break
		}
	}
	return u
}

// showsCount reports whether a cell would show how many bytes a function of fmt has printed.
func (u *Unit) showsCount() bool {
	for _, p := range u.Parts {
		if len(p.shows) != 1 {
			continue
		}
		call, ok := ast.Unparen(p.shows[0]).(*ast.CallExpr)
		if !ok {
			continue
		}
		fn, ok := typeutil.Callee(p.Info, call).(*types.Func)
		if ok && fn.Pkg() != nil && fn.Pkg().Path() == "fmt" && printers[fn.Name()] {
			return true
		}
	}
	return false
}

func (s *Session) attempt(src *source, mode showMode, tolerant bool) *Unit {
	pieces, errs := split(src.text)
	p := &partParser{s: s, src: src, mode: mode}
	for _, e := range errs {
		p.problems = append(p.problems, Problem{frameAt(src.file.PositionFor(src.pos(e.Pos.Offset), false)), e.Msg})
	}
	p.parse(pieces)
	u := &Unit{Fset: src.fset, Problems: p.problems, syntax: len(p.problems) > 0, src: src, program: p.program}
	if u.syntax && !tolerant {
		return u.sorted()
	}
	misplaced, links := directives(src)
	u.Problems, u.links = append(u.Problems, misplaced...), links
	c := newChecker(s, u, src.fset == s.fset)
	c.importAll(p.imports)
	for _, pt := range p.done {
		c.part(pt)
	}
	c.checkLinks()
	if !c.live || len(u.Problems) > 0 {
		for _, undo := range slices.Backward(c.undo) {
			undo()
		}
	}
	return u.sorted()
}

// sorted sorts the problems by place, each once.
func (u *Unit) sorted() *Unit {
	sort.SliceStable(u.Problems, func(i, j int) bool {
		a, b := u.Problems[i].At, u.Problems[j].At
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	u.Problems = slices.Compact(u.Problems)
	return u
}

// checker finds the types of a cell, part by part.
type checker struct {
	s       *Session
	unit    *Unit
	live    bool                    // the cell will run: what it imports stays
	later   map[string]types.Object // what the parts before declared
	imports map[string]string       // what the cell imports
	dots    []string
	undo    []func() // take back the methods that the cell gives to types of earlier cells
	keyless bool     // a literal of a type of another cell has no keys
	specs   []*ast.ImportSpec
	at      map[int]token.Pos // where problems lie, by their index
}

func newChecker(s *Session, u *Unit, live bool) *checker {
	return &checker{s: s, unit: u, live: live, later: map[string]types.Object{}, imports: map[string]string{}, at: map[int]token.Pos{}}
}

// importAll imports what the cell asks for. The imports stay even if the cell fails.
func (c *checker) importAll(list []*ast.ImportSpec) {
	for _, spec := range list {
		name, path, err := c.s.imported(spec)
		if errors.Is(err, strconv.ErrSyntax) {
			continue // it is told
		}
		if err != nil {
			message := err.Error()
			if errors.Is(err, errNotBuiltIn) {
				message = importError(path)
			}
			c.unit.Problems = append(c.unit.Problems, Problem{c.unit.src.frame(spec.Path.Pos()), message})
			continue
		}
		switch name {
		case "_":
		case ".":
			if c.live && !slices.Contains(c.s.dots, path) {
				c.s.dots = append(c.s.dots, path)
			}
			c.dots = append(c.dots, path)
			if !c.unit.program {
				continue // its names lie around the cell's own, see dotted
			}
		default:
			c.imports[name] = path
			if c.live {
				c.s.imports[name] = path
				delete(c.s.objects, name)
				c.s.forgetOriginal(name)
			}
		}
		c.specs = append(c.specs, spec)
	}
}

// imported returns the name and the path of what an import imports. The path is empty if it
// is no string.
func (s *Session) imported(spec *ast.ImportSpec) (name, path string, err error) {
	if path, err = strconv.Unquote(spec.Path.Value); err != nil {
		return "", "", err
	}
	if internal(path) { // its types may be known
		return "", path, errNotBuiltIn
	}
	pkg, err := s.importer.Import(path)
	switch {
	case err != nil:
		return "", path, err
	case spec.Name != nil:
		return spec.Name.Name, path, nil
	}
	return pkg.Name(), path, nil
}

// lookup finds a name of the cells before, or of the parts before.
func (c *checker) lookup(name string) types.Object {
	if obj := c.later[name]; obj != nil {
		return obj
	}
	if c.imports[name] != "" {
		return nil
	}
	return c.s.lookup(name)
}

// dotted finds a name of the packages whose names a dot import lends to the cells. What cells
// declare comes before it, so it is no import to go/types, but lies around the package.
func (c *checker) dotted(name string) types.Object {
	if c.imports[name] != "" || c.s.imports[name] != "" || !token.IsExported(name) {
		return nil
	}
	for _, path := range slices.Backward(append(slices.Clone(c.s.dots), c.dots...)) {
		if pkg, err := c.s.importer.Import(path); err == nil && pkg.Scope().Lookup(name) != nil {
			return pkg.Scope().Lookup(name)
		}
	}
	return nil
}

// part checks one part.
func (c *checker) part(pt *part) {
	known := len(c.unit.Problems)
	part := c.attemptPart(pt, nil, nil)
	c.undefined(pt, known)
	if c.live && !c.unit.syntax {
		part = c.follow(pt, part, known)
	}
	c.undo = append(c.undo, part.undo)
	if len(c.unit.Problems) == known && part.wantsStops(c.unit.src) {
		c.s.addStops(part, c.unit.src.stops)
		part = part.again()
	}
	if len(c.unit.Problems) == known {
		c.endless(part)
		c.restrict(part)
	} else if c.live {
		c.explain(part, known)
	}
	if pt.ordered {
		part.sortInitializers()
	}
	if len(c.unit.Problems) == known {
		c.join(part)
	}
	for name := range part.names {
		if obj := part.Package.Scope().Lookup(name); obj != nil && name != "_" {
			c.later[name] = obj
		}
	}
	c.unit.Parts = append(c.unit.Parts, part)
}

// checkPart finds the types of a part and its followers.
func (c *checker) checkPart(pt *part, followers []*follower) *Part {
	src := c.unit.src
	file := &ast.File{Package: src.pos(0), Name: &ast.Ident{NamePos: src.pos(0), Name: "main"}, FileStart: src.pos(0), FileEnd: src.pos(len(src.text))}
	file.Decls = append(c.importDecls(pt), pt.decls...)
	files := []*ast.File{file}
	for _, f := range followers {
		files = append(files, f.file())
	}
	earlier := c.earlier(pt)
	undo := c.promise(pt, files, earlier)
	var check func() *Part
	check = func() *Part {
		pkg := newPackage(earlier)
		part := &Part{File: file, Info: newInfo(), Package: pkg, part: pt, bodiless: map[types.Object]bool{}, files: files, followers: followers, undo: undo}
		part.again = func() *Part {
			file.Decls, earlier = append(c.importDecls(pt), pt.decls...), c.earlier(pt)
			return check()
		}
		conf := types.Config{Importer: c.s.importer, Sizes: sizes, GoVersion: goVersion, Error: func(err error) {
			if !c.relaxed(err, pt) && !c.ofFollower(err, followers) {
				c.problem(err)
			}
		}}
		types.NewChecker(&conf, src.fset, pkg, part.Info).Files(files)
		c.settle(part)
		return part
	}
	known := len(c.unit.Problems)
	c.keyless = false
	part := check()
	if c.keyless && addKeys(part) {
		c.unit.Problems = c.unit.Problems[:known]
		part = check()
	}
	return part
}

// earlier lists what a part mentions of the cells and parts before.
func (c *checker) earlier(pt *part) (list []types.Object) {
	for word := range pt.words {
		if !pt.names[word].IsValid() {
			obj := c.lookup(word)
			if obj == nil {
				obj = c.dotted(word)
			}
			if obj != nil {
				list = append(list, obj)
			}
		}
	}
	for name, of := range pt.old {
		switch obj := c.lookup(of).(type) {
		case *types.Var, *types.Func:
			list = append(list, c.s.program.Alias(obj, name))
		}
	}
	return list
}

// sortInitializers lets variables get their values in the order of the declarations.
func (p *Part) sortInitializers() {
	order := map[ast.Expr]int{}
	for _, d := range p.File.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				for _, v := range spec.(*ast.ValueSpec).Values {
					order[v] = len(order)
				}
			}
		}
	}
	sort.SliceStable(p.Info.InitOrder, func(i, j int) bool { return order[p.Info.InitOrder[i].Rhs] < order[p.Info.InitOrder[j].Rhs] })
}

// importDecls makes the imports of a part: those that the cell wrote, and those of
// earlier cells that it mentions.
func (c *checker) importDecls(pt *part) []ast.Decl {
	d := &ast.GenDecl{Tok: token.IMPORT, TokPos: c.unit.src.pos(0)}
	for _, spec := range c.specs {
		if name, _, _ := c.s.imported(spec); c.unit.program || !pt.names[name].IsValid() && c.later[name] == nil {
			d.Specs = append(d.Specs, spec)
		}
	}
	for name, path := range pt.packages {
		d.Specs = append(d.Specs, importSpec(name, path))
	}
	for name, path := range c.s.imports {
		if pt.words[name] && c.imports[name] == "" && !pt.names[name].IsValid() && c.later[name] == nil && c.s.objects[name] == nil {
			d.Specs = append(d.Specs, importSpec(name, path))
		}
	}
	if len(d.Specs) == 0 {
		return nil
	}
	return []ast.Decl{d}
}

func importSpec(name, path string) *ast.ImportSpec {
	return &ast.ImportSpec{Name: &ast.Ident{Name: name}, Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)}}
}

func newInfo() *types.Info {
	return &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		Instances: map[*ast.Ident]types.Instance{}, FileVersions: map[*ast.File]string{}}
}
