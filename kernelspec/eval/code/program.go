// Package code runs functions of go/ssa: it compiles them to closures over registers in
// true memory layout.
package code

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"sync"
	"sync/atomic"

	"axn/kernelspec/compiled"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"
)

// Registry finds compiled packages.
type Registry struct {
	mu    sync.Mutex
	own   map[string]*compiled.Package
	known map[reflect.Type]bool
}

func (r *Registry) pkg(path string) *compiled.Package { return compiled.Lookup(path) }
func (r *Registry) typ(path, name string) reflect.Type {
	if p := r.pkg(path); p != nil {
		return p.Types[name]
	}
	return nil
}

// New returns a program without packages.
func New(fset *token.FileSet) *Program {
	p := &Program{prog: ssa.NewProgram(fset, ssa.InstantiateGenerics|ssa.BuildSerially), fns: map[*ssa.Function]*Func{}, globs: map[*ssa.Global]ptr{},
		reg: &Registry{known: map[reflect.Type]bool{}}, stopC: make(chan struct{}), provided: map[*types.Package]*provided{}}
	p.prog.CreatePackage(types.Unsafe, nil, nil, true)
	p.ts = &Types{byR: map[ptr]types.Type{}, reg: p.reg}
	p.ts.m.SetHasher(typeutil.MakeHasher())
	p.ts.methods = func(t types.Type, s *types.Selection) *Func { return p.fn(p.prog.MethodValue(s)) }
	p.onPanic = func(r any) { fmt.Println("panic in goroutine:", r) }
	return p
}

type provided struct {
	funcs map[string]reflect.Value
	vars  map[string]reflect.Value
}

// Import makes the types of a compiled package known.
func (p *Program) Import(pkg *types.Package) {
	if p.prog.Package(pkg) == nil {
		p.prog.CreatePackage(pkg, nil, nil, true)
	}
}

// Source takes a package that was checked from its source.
func (p *Program) Source(pkg *types.Package, files []*ast.File, info *types.Info) {
	p.prog.CreatePackage(pkg, files, info, true).Build()
}

// Provide takes a package whose functions and variables are given.
func (p *Program) Provide(pkg *types.Package, funcs, vars map[string]reflect.Value) {
	pkg.MarkComplete()
	p.provided[pkg] = &provided{funcs, vars}
	p.prog.CreatePackage(pkg, nil, nil, false)
}

// Build builds a package of a cell. groups are the positions of the function literals
// that hold its statements.
func (p *Program) Build(pkg *types.Package, file *ast.File, info *types.Info, groups map[token.Pos]bool) *ssa.Package {
	sp := p.prog.CreatePackage(pkg, []*ast.File{file}, info, false)
	sp.Build()
	return sp
}

// Alias returns an object of another name that means a variable or function.
func (p *Program) Alias(obj types.Object, name string) types.Object {
	pkg := types.NewPackage("main", "main")
	if v, ok := obj.(*types.Var); ok {
		n := types.NewVar(v.Pos(), pkg, name, v.Type())
		pkg.Scope().Insert(n)
		p.Provide(pkg, nil, map[string]reflect.Value{name: p.Variable(v).Addr()})
		return n
	}
	f := types.NewFunc(obj.Pos(), pkg, name, obj.Type().(*types.Signature))
	pkg.Scope().Insert(f)
	p.Provide(pkg, map[string]reflect.Value{name: p.Function(obj.(*types.Func))}, nil)
	return f
}

// Share lets a variable lie where an older one of the same type lies.
func (p *Program) Share(obj, old *types.Var) {
	a := p.global(p.prog.Package(old.Pkg()).Var(old.Name()))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.globs[p.prog.Package(obj.Pkg()).Var(obj.Name())] = a
}

// Redirect lets calls of an older function reach a newer one of the same signature.
func (p *Program) Redirect(old, obj *types.Func) {
	p.fn(p.prog.FuncValue(old)).redirect = p.fn(p.prog.FuncValue(obj))
}

// Variable returns a variable of a cell.
func (p *Program) Variable(obj *types.Var) reflect.Value {
	return reflect.NewAt(p.Type(obj.Type()), p.global(p.prog.Package(obj.Pkg()).Var(obj.Name()))).Elem()
}

// Function returns a function of a cell.
func (p *Program) Function(obj *types.Func) reflect.Value {
	f := p.prog.FuncValue(obj)
	v := reflect.New(p.Type(obj.Type()))
	*(*ptr)(v.UnsafePointer()) = p.fnValue(f)
	return v.Elem()
}

// Type returns the runtime type of a type.
func (p *Program) Type(t types.Type) reflect.Type { return p.ts.of(t) }

// Task is what runs for a cell: its goroutines, and the flag that stops them.
type Task struct {
	Owner  any
	p      *Program
	report func(*Failure)
	live   atomic.Int64
}

// NewTask returns a task. report is called when a goroutine of it panics.
func (p *Program) NewTask(owner any, report func(*Failure)) *Task {
	return &Task{Owner: owner, p: p, report: report}
}

// Current returns the task of the calling goroutine.
func Current() *Task { return nil }

// Live returns how many goroutines run.
func (t *Task) Live() int { return int(t.live.Load()) }

// Stop stops the task.
func (t *Task) Stop() {
	t.p.stop.Store(true)
	close(t.p.stopC)
}

// Places tells where the task is.
func (t *Task) Places() []Place { return nil }

// Place is a place in a function.
type Place struct {
	Pos  token.Pos
	Func string
}

// Failure is how a task failed.
type Failure struct {
	Value   any
	Places  []Place
	Stopped bool
}

// Text returns Go's text of a panic.
func (f *Failure) Text() string { return fmt.Sprint(f.Value) }

// ExitCode is what os.Exit panics with.
type ExitCode int

// Run runs functions without parameters.
func (t *Task) Run(fs ...*ssa.Function) *Failure {
	t.p.mu.Lock()
	t.p.stop.Store(false)
	t.p.stopC = make(chan struct{})
	t.p.mu.Unlock()
	return t.Call(func() {
		for _, f := range fs {
			t.p.fn(f).callHost(nil)
		}
	})
}

// Call calls a function.
func (t *Task) Call(f func()) (failure *Failure) {
	defer func() {
		if r := recover(); r != nil {
			_, stopped := r.(interrupted)
			failure = &Failure{Value: r, Stopped: stopped}
		}
	}()
	f()
	return nil
}
