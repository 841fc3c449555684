// Package code runs functions of go/ssa. It compiles each, when it is first called, to
// closures over registers that lie in memory as compiled code lays them out, so nothing
// is boxed and the collector sees exact types.
//
//	Program   packages and functions            program.go
//	Func      a function, Code what it became   function.go, compile.go
//	frame     one call, with its registers      frame.go, layout.go
//	Thread    a goroutine, Task those of a cell thread.go, task.go
//	op        an instruction                    arith.go, memory.go, index.go, convert.go, iface.go, maps.go, chans.go, builtin.go
//	calls     of functions here                 call.go, defer.go, closure.go
//	words     calls to and from compiled code   words.go, plan.go, entry.go
//	Failure   a panic with its places           failure.go
//	places    as Go's runtime tells them        callers.go, linkname.go, logging.go
//	liveness  what a collection may take        live.go
//	renewal   of types that get methods         renew.go
//	Stop      where a debugger stops goroutines stop.go
package code

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"axn/kernelspec/compiled"
	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

type ptr = unsafe.Pointer

// Program holds packages, functions and variables. Its methods may be called by several
// goroutines.
type Program struct {
	ssa   *ssa.Program
	types *rtype.Table

	build sync.Mutex // held while go/ssa makes or changes anything, and while functions are compiled

	sources []*ssa.Package // those that were checked from their source

	mu       sync.Mutex
	funcs    map[*ssa.Function]*Func
	globals  map[*ssa.Global]ptr
	provided map[*types.Package]*provided
	groups   map[token.Pos]bool // function literals that hold statements of cells

	newer   map[*types.Func]*types.Func // methods of generic types, by those in whose place they were declared
	chans   madeChans
	codes   atomic.Uint32          // how many functions were compiled
	running atomic.Pointer[Task]   // of the cell that runs, or ran last
	cells   map[*ssa.Package]*Task // of packages with function literals, which may be called when the cell is over
	idle    *Task                  // of goroutines of compiled code after it was stopped

	debugger atomic.Pointer[Debugger]
	stopAt   *types.Func // the stop function
}

// provided is a package whose functions and variables are given as values.
type provided struct {
	funcs, vars map[string]reflect.Value
	alias       *types.Var // what the package's only variable means, nil if it has a place of its own
}

// New returns a program without packages.
func New(fset *token.FileSet) *Program {
	p := &Program{
		ssa:   ssa.NewProgram(fset, ssa.InstantiateGenerics|ssa.BuildSerially),
		funcs: map[*ssa.Function]*Func{}, globals: map[*ssa.Global]ptr{}, provided: map[*types.Package]*provided{}, groups: map[token.Pos]bool{},
		newer: map[*types.Func]*types.Func{}, cells: map[*ssa.Package]*Task{},
	}
	p.ssa.CreatePackage(types.Unsafe, nil, nil, true)
	p.types = rtype.NewTable(compiledType, p.bindMethod)
	return p
}

// compiledType returns the compiled type that a named type stands for.
func compiledType(t *types.Named) reflect.Type {
	obj := t.Obj()
	if obj.Pkg() == nil || obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope() || obj.Pkg().Path() == "main" {
		return nil
	}
	return compiled.Type(obj.Pkg().Path(), compiled.InstanceName(obj.Name(), t.TypeArgs()))
}

// Import makes the types of a compiled package known.
func (p *Program) Import(pkg *types.Package) {
	p.build.Lock()
	defer p.build.Unlock()
	if p.ssa.Package(pkg) == nil {
		p.ssa.CreatePackage(pkg, nil, nil, true)
	}
}

// Source takes a package that was checked from its source. It is built when a function of
// it is called.
func (p *Program) Source(pkg *types.Package, files []*ast.File, info *types.Info) {
	p.build.Lock()
	defer p.build.Unlock()
	p.sources = append(p.sources, p.ssa.CreatePackage(pkg, files, info, true))
}

// BuildSources builds the packages that were checked from their source: until then each
// keeps its syntax.
func (p *Program) BuildSources() {
	p.build.Lock()
	list := slices.Clone(p.sources)
	p.build.Unlock()
	for _, pkg := range list {
		p.build.Lock()
		pkg.Build()
		p.build.Unlock()
	}
}

// Provide takes a package whose functions and variables are given: variables by their
// addresses.
func (p *Program) Provide(pkg *types.Package, funcs, vars map[string]reflect.Value) {
	pkg.MarkComplete()
	p.mu.Lock()
	p.provided[pkg] = &provided{funcs: funcs, vars: vars}
	p.mu.Unlock()
	p.build.Lock()
	defer p.build.Unlock()
	p.ssa.CreatePackage(pkg, nil, nil, false)
}

// Build builds a package of a cell. groups are the positions of the function literals
// that hold its statements.
func (p *Program) Build(pkg *types.Package, files []*ast.File, info *types.Info, groups map[token.Pos]bool) *ssa.Package {
	p.mu.Lock()
	for pos := range groups {
		p.groups[pos] = true
	}
	p.mu.Unlock()
	p.build.Lock()
	defer p.build.Unlock()
	sp := p.ssa.CreatePackage(pkg, files, info, false)
	sp.Build()
	if literals(files, info, groups) {
		p.mu.Lock()
		p.cells[sp] = nil
		p.mu.Unlock()
	}
	return sp
}

// literals reports whether function literals stand in files, but for those that hold
// statements of the cell, or bodies of a range over a function.
func literals(files []*ast.File, info *types.Info, groups map[token.Pos]bool) (found bool) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				found = found || !groups[n.Pos()]
			case *ast.RangeStmt:
				_, ok := info.TypeOf(n.X).Underlying().(*types.Signature)
				found = found || ok
			}
			return !found
		})
	}
	return found
}

// Alias returns an object of another name that means a variable or function.
func (p *Program) Alias(obj types.Object, name string) types.Object {
	pkg := types.NewPackage("main", "main")
	if v, ok := obj.(*types.Var); ok {
		alias := types.NewVar(v.Pos(), pkg, name, v.Type())
		pkg.Scope().Insert(alias)
		p.Provide(pkg, nil, nil)
		p.mu.Lock()
		p.provided[pkg].alias = v // which may not be built yet: it may be of the same cell
		p.mu.Unlock()
		return alias
	}
	f := types.NewFunc(obj.Pos(), pkg, name, obj.Type().(*types.Signature))
	pkg.Scope().Insert(f)
	p.Provide(pkg, map[string]reflect.Value{name: p.Function(obj.(*types.Func))}, nil)
	return f
}

// member finds the go/ssa form of a package-level variable.
func (p *Program) member(obj *types.Var) *ssa.Global {
	p.build.Lock()
	defer p.build.Unlock()
	return p.ssa.Package(obj.Pkg()).Var(obj.Name())
}

// Share lets a variable lie where an older one of the same type lies.
func (p *Program) Share(obj, old *types.Var) {
	at := p.global(p.member(old))
	g := p.member(obj)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.globals[g] = at
}

// Redirect lets calls of an older function or method reach a newer one of the same
// signature. undo takes that back; it cannot be taken back of a method of a generic type.
func (p *Program) Redirect(old, obj *types.Func) (undo func()) {
	if old.Signature().RecvTypeParams().Len() > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.newer[old] = obj
		return func() {}
	}
	p.build.Lock()
	of, nf := p.ssa.FuncValue(old), p.ssa.FuncValue(obj)
	p.build.Unlock()
	fn, to := p.fn(of), p.fn(nf)
	fn.redirect(to)
	return func() { fn.restore(to) }
}

// newest returns the method that was declared in the place of one of an instance of a generic
// type, nil if none was.
func (p *Program) newest(f *ssa.Function) *Func {
	origin := f.Origin()
	if origin == nil || f.Signature.Recv() == nil {
		return nil
	}
	obj, _ := origin.Object().(*types.Func)
	p.mu.Lock()
	to := p.newer[obj]
	for next := to; next != nil; next = p.newer[to] {
		to = next
	}
	p.mu.Unlock()
	if to == nil {
		return nil
	}
	sel := types.NewMethodSet(f.Signature.Recv().Type()).Lookup(to.Pkg(), to.Name())
	if sel == nil || sel.Obj().(*types.Func).Origin() != to {
		return nil // its signature has changed since
	}
	return p.methodFunc(sel)
}

// Renew takes notice that a type has got other methods: its runtime type is made anew, and
// so is what was compiled. Values of it that lie in interfaces get the new type.
func (p *Program) Renew(t *types.Named) {
	p.types.Renew(t)
	p.forgetWrappers()
	p.mu.Lock()
	for _, fn := range p.funcs {
		fn.code.Store(nil)
	}
	p.mu.Unlock()
	p.renewValues()
}

// Variable returns a variable of a cell.
func (p *Program) Variable(obj *types.Var) reflect.Value {
	return reflect.NewAt(p.Type(obj.Type()), p.global(p.member(obj))).Elem()
}

// Function returns a function of a cell as a value.
func (p *Program) Function(obj *types.Func) reflect.Value {
	p.build.Lock()
	f := p.ssa.FuncValue(obj)
	p.build.Unlock()
	v := reflect.New(p.Type(obj.Type()))
	*(*ptr)(v.UnsafePointer()) = p.fn(f).value()
	return v.Elem()
}

// Type returns the runtime type of a type.
func (p *Program) Type(t types.Type) reflect.Type { return p.types.Of(t) }

// global returns the address of a variable.
func (p *Program) global(g *ssa.Global) ptr {
	p.mu.Lock()
	given := p.provided[g.Pkg.Pkg]
	p.mu.Unlock()
	if given != nil && given.alias != nil {
		return p.global(p.ssa.Package(given.alias.Pkg()).Var(given.alias.Name()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := p.globals[g]; ok {
		return a
	}
	var a ptr
	if given != nil && given.vars[g.Name()].IsValid() {
		a = given.vars[g.Name()].UnsafePointer()
	} else if c := compiledPackage(g.Pkg.Pkg); c != nil && c.Vars[g.Name()].IsValid() {
		a = c.Vars[g.Name()].UnsafePointer()
	} else {
		a = rtype.New(rtype.Pointer(p.Type(g.Type().(*types.Pointer).Elem())))
	}
	p.globals[g] = a
	return a
}

func compiledPackage(pkg *types.Package) *compiled.Package {
	if pkg.Path() == "main" {
		return nil
	}
	return compiled.Lookup(pkg.Path())
}

// release lets go of the code of a cell's statements, which run once. What they declare
// stays, and so do function literals among them.
func (p *Program) release(f *ssa.Function) {
	if f.Synthetic != "package initializer" {
		return
	}
	p.build.Lock()
	defer p.build.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range append(f.AnonFuncs, f) {
		if g == f || p.groups[g.Pos()] {
			delete(p.groups, g.Pos())
			delete(p.funcs, g)
			g.Blocks, g.Recover, g.Locals, g.AnonFuncs = nil, nil, nil, nil
		}
	}
}

// packageOf returns the package that declares a function, nil for one that go/ssa made.
func packageOf(f *ssa.Function) *types.Package {
	switch {
	case f.Pkg != nil:
		return f.Pkg.Pkg
	case f.Synthetic == "from type information (on demand)": // a method of a package that no cell imported
		return f.Object().Pkg()
	}
	return nil
}

// host returns the compiled code of a function, if there is some.
func (p *Program) host(f *ssa.Function) reflect.Value {
	pkg := packageOf(f)
	if f.Parent() != nil || len(f.TypeArgs()) > 0 || pkg == nil || f.Object() == nil {
		return reflect.Value{}
	}
	if v := replaced(f); v.IsValid() {
		return v
	}
	p.mu.Lock()
	given := p.provided[pkg]
	p.mu.Unlock()
	if given != nil {
		return given.funcs[f.Name()]
	}
	c := compiledPackage(pkg)
	recv := f.Signature.Recv()
	switch {
	case recv == nil:
		if c == nil {
			return reflect.Value{}
		}
		return c.Funcs[f.Name()]
	case pkg.Path() == "main":
		return reflect.Value{}
	}
	t := p.types.Of(recv.Type())
	if p.types.Owner(rtype.Pointer(t)) != nil {
		return reflect.Value{}
	}
	if m, ok := t.MethodByName(f.Name()); ok {
		return m.Func
	}
	return reflect.Value{}
}

// fn returns the Func of a go/ssa function.
func (p *Program) fn(f *ssa.Function) *Func {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn := p.funcs[f]
	if fn == nil {
		fn = &Func{p: p, f: f}
		p.funcs[f] = fn
	}
	return fn
}

// methodFunc returns the code of a method of a type.
func (p *Program) methodFunc(sel *types.Selection) *Func {
	p.build.Lock()
	f := p.ssa.MethodValue(sel)
	p.build.Unlock()
	if f == nil {
		panic(fmt.Sprintf("no code for method %v", sel))
	}
	return p.fn(f)
}
