package code

import (
	"fmt"
	"go/types"
	"reflect"
	"sync"
	"sync/atomic"

	"golang.org/x/tools/go/ssa"
)

// Func is a function of the program.
type Func struct {
	p    *Program
	f    *ssa.Function
	code atomic.Pointer[Code] // nil until it is called

	mu        sync.Mutex
	target    *Func   // what is called in its place
	followers []*Func // whose target it is
	self      ptr     // function value without free variables

	helper atomic.Bool // a test called Helper in it
}

// Code is what a function was compiled to.
type Code struct {
	fn                     *Func
	frame                  ptr // type of its frames
	template               ptr // frame with the constants in their registers
	entry, recover         *block
	params, frees, results []slot
	number                 uint32     // of the function, for the lists of free frames
	pointers               []uintptr  // in the registers to clear, if they are few
	pointerOff, pointerLen uintptr    // the registers to clear, else
	defers                 bool       // it has deferred calls, or runs those of a cell
	group                  bool       // it holds statements of a cell: what it defers runs at the cell's end
	cell                   bool       // it is the initializer of a cell
	wrapper                bool       // it was made by go/ssa around a method
	stops                  [][]stopAt // of each block, where a debugger may stop; nil if nowhere
	passed                 []*Stop    // of each block, the stop before it
	lives                  atomic.Pointer[liveness]
}

// load returns the code of a function.
func (fn *Func) load() *Code {
	if c := fn.code.Load(); c != nil {
		return c
	}
	return fn.compile()
}

// redirect lets another function be called in the place of this one.
func (fn *Func) redirect(to *Func) {
	if fn == to {
		return
	}
	fn.mu.Lock()
	fn.target = to
	fn.mu.Unlock()
	to.mu.Lock()
	to.followers = append(to.followers, fn)
	to.mu.Unlock()
	fn.forget()
}

// restore lets a function be called itself again, unless it was redirected anew.
func (fn *Func) restore(from *Func) {
	fn.mu.Lock()
	ours := fn.target == from
	if ours {
		fn.target = nil
	}
	fn.mu.Unlock()
	if ours {
		fn.forget()
	}
}

// forget makes a function and those that it stands for be looked up or compiled anew.
func (fn *Func) forget() {
	fn.code.Store(nil)
	fn.mu.Lock()
	followers := fn.followers
	fn.mu.Unlock()
	for _, f := range followers {
		f.forget()
	}
}

// compile compiles a function, or takes the code of the one that stands in its place.
func (fn *Func) compile() *Code {
	fn.mu.Lock()
	target := fn.target
	fn.mu.Unlock()
	if target == nil {
		target = fn.p.newest(fn.f)
	}
	if target != nil {
		c := target.load()
		fn.code.Store(c)
		return c
	}
	fn.p.build.Lock()
	defer fn.p.build.Unlock()
	if c := fn.code.Load(); c != nil {
		return c
	}
	c := fn.newCode()
	fn.code.Store(c)
	return c
}

func (fn *Func) newCode() (code *Code) {
	defer func() {
		if r := recover(); r != nil {
			if debugCompiler {
				panic(r)
			}
			panic(fmt.Errorf("eval: cannot compile %s: %v", fn.f, r))
		}
	}()
	return newCompiler(fn).compile()
}

// debugCompiler lets failures of the compiler show their stack.
var debugCompiler = false

// value returns the function as a function value without free variables.
func (fn *Func) value() ptr {
	fn.mu.Lock()
	self := fn.self
	fn.mu.Unlock()
	if self != nil {
		return self
	}
	self = newClosure(fn, fn.p.types.Of(fullSignature(fn.f.Signature)))
	fn.mu.Lock()
	defer fn.mu.Unlock()
	if fn.self == nil {
		fn.self = self
	}
	return fn.self
}

// fullSignature is the signature of a method as a function of its receiver.
func fullSignature(s *types.Signature) *types.Signature {
	r := s.Recv()
	if r == nil {
		return s
	}
	params := []*types.Var{r}
	for v := range s.Params().Variables() {
		params = append(params, v)
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), s.Results(), s.Variadic())
}

// name is the function's name as Go's traces have it.
func (fn *Func) name() string {
	f := fn.f
	for f.Parent() != nil && f.Parent().Synthetic != "package initializer" {
		f = f.Parent()
	}
	switch {
	case f.Synthetic == "package initializer", f.Parent() != nil:
		return ""
	case f.Signature.Recv() != nil:
		return "(" + types.TypeString(f.Signature.Recv().Type(), func(*types.Package) string { return "" }) + ")." + f.Name()
	}
	return f.Name()
}

var unsafePointer = reflect.TypeFor[ptr]()
