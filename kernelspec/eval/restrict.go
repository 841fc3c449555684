package eval

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"axn/kernelspec/compiled"
)

// What go/types accepts and the compiler does not: calls of functions without a body, anonymous
// interfaces that refer to themselves, and values larger than a program can hold.

// restrict finds them in a part that go/types accepts.
func (c *checker) restrict(p *Part) {
	r := &restriction{c: c, info: p.Info, told: map[types.Type]bool{}, free: map[types.Type]bool{}}
	for _, d := range p.declarations() {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		r.function(f.Name.Pos(), f.Type, f.Recv, f.Body)
		switch {
		case f.Body != nil:
		case c.unit.program || f.Recv != nil || p.Info.Defs[f.Name] == nil:
			r.problem(f.Name.Pos(), "missing function body")
		default: // notebooks show signatures so
			p.bodiless[p.Info.Defs[f.Name]] = true
		}
	}
	for id, obj := range p.Info.Uses {
		if p.bodiless[obj] || c.s.bodiless[obj] {
			r.problem(id.Pos(), "%s is declared without a body", id.Name)
		}
	}
	for id, inst := range p.Info.Instances {
		for t := range inst.TypeArgs.Types() {
			if incomplete(t) {
				r.problem(id.Pos(), "cannot use incomplete (or unallocatable) type as a type argument: %s", types.TypeString(t, nil))
			}
		}
	}
	for id, obj := range p.Info.Defs {
		if t, ok := obj.(*types.TypeName); ok {
			r.size(id.Pos(), t.Type())
		}
	}
	for _, file := range p.files {
		ast.Inspect(file, r.node)
	}
	for id, obj := range p.Info.Defs {
		if v, ok := obj.(*types.Var); ok && id.Name != "_" {
			r.size(id.Pos(), v.Type())
		}
	}
}

// declarations returns those of a part and its followers.
func (p *Part) declarations() (list []ast.Decl) {
	for _, file := range p.files {
		list = append(list, file.Decls...)
	}
	return list
}

// restriction looks at one part.
type restriction struct {
	c      *checker
	info   *types.Info
	told   map[types.Type]bool // too large, and said so
	free   map[types.Type]bool // small enough
	cyclic cycleFinder
}

func (r *restriction) problem(pos token.Pos, format string, args ...any) {
	r.c.unit.Problems = append(r.c.unit.Problems, Problem{r.c.unit.src.frame(pos), plain(fmt.Sprintf(format, args...))})
}

func (r *restriction) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		r.function(n.Pos(), n.Type, nil, n.Body)
	case *ast.InterfaceType:
		if t, ok := types.Unalias(r.info.TypeOf(n)).(*types.Interface); ok && r.cyclic.found(t) {
			r.problem(n.Pos(), "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)")
			return false
		}
	}
	if e, ok := n.(ast.Expr); ok {
		if tv, ok := r.info.Types[e]; ok && (tv.IsType() || tv.IsValue()) {
			r.size(e.Pos(), tv.Type)
		}
	}
	return true
}

// The largest values of the compiler.
const (
	maxType  = 1 << 50
	maxSent  = 1 << 16   // elements of channels
	maxStack = 1 << 30   // what a call needs on the stack
	maxOnIt  = 128 << 10 // larger variables do not lie on the stack
)

// size tells a type that is too large, or has a channel of elements that are.
func (r *restriction) size(pos token.Pos, t types.Type) {
	if t == nil || r.free[t] || r.told[t] {
		return
	}
	if text := r.tooLarge(t); text != "" {
		r.told[t], r.told[t.Underlying()] = true, true
		r.problem(pos, "%s", text)
		return
	}
	r.free[t] = true
}

func (r *restriction) tooLarge(t types.Type) string {
	if !hasSize(t) {
		return ""
	}
	if n := sizes.Sizeof(t); n < 0 || n >= maxType {
		if _, ok := t.Underlying().(*types.Array); ok {
			return fmt.Sprintf("type %s larger than address space", types.TypeString(t, nil))
		}
		return fmt.Sprintf("type %s too large", types.TypeString(t, nil))
	}
	if ch, ok := t.Underlying().(*types.Chan); ok && hasSize(ch.Elem()) && sizes.Sizeof(ch.Elem()) >= maxSent {
		return "channel element type too large (>64kB)"
	}
	return ""
}

// incomplete reports whether a type stands for an incomplete type of C.
func incomplete(t types.Type) bool {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Name() == "Incomplete" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == compiled.Canonical("runtime/cgo") {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return incomplete(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if incomplete(f.Type()) {
				return true
			}
		}
	}
	return false
}

// hasSize reports whether a type's size is known: no type parameter lies in it.
func hasSize(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam, *types.Union, *types.Tuple:
		return false
	case *types.Basic:
		return t.Kind() != types.Invalid && t.Info()&types.IsUntyped == 0
	case *types.Named:
		return hasSize(t.Underlying())
	case *types.Array:
		return hasSize(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !hasSize(f.Type()) {
				return false
			}
		}
	}
	return true
}

// sizeOf is the size of a type, 0 if it is not known.
func sizeOf(t types.Type) int64 {
	if t == nil || !hasSize(t) {
		return 0
	}
	return max(sizes.Sizeof(t), 0)
}

// function tells a function whose calls need too much on the stack.
func (r *restriction) function(pos token.Pos, t *ast.FuncType, recv *ast.FieldList, body *ast.BlockStmt) {
	var args, locals, callee int64
	for _, list := range []*ast.FieldList{recv, t.Params, t.Results} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			args += sizeOf(r.info.TypeOf(f.Type)) * int64(max(len(f.Names), 1))
		}
	}
	if body != nil {
		ast.Inspect(body, func(n ast.Node) bool {
			l, c := r.onStack(n)
			locals, callee = locals+l, max(callee, c)
			_, inner := n.(*ast.FuncLit)
			return !inner
		})
	}
	if args+locals+callee >= maxStack {
		r.problem(pos, "stack frame too large (>1GB): %d MB locals + %d MB args + %d MB callee", locals>>20, args>>20, callee>>20)
	}
}

// onStack tells what a node of a function keeps on its stack: as variable or as a value
// in passing, and for the parameters and results of a call.
func (r *restriction) onStack(n ast.Node) (locals, callee int64) {
	switch n := n.(type) {
	case *ast.Ident:
		if v, ok := r.info.Defs[n].(*types.Var); ok && !v.IsField() {
			if size := sizeOf(v.Type()); size <= maxOnIt {
				return size, 0
			}
		}
	case *ast.RangeStmt: // over a copy
		if t := r.info.TypeOf(n.X); n.Value != nil && t != nil {
			if _, ok := t.Underlying().(*types.Array); ok {
				return sizeOf(t), 0
			}
		}
	case *ast.CompositeLit:
		if t, ok := r.info.TypeOf(n).Underlying().(*types.Slice); ok {
			return r.elements(n) * sizeOf(t.Elem()), 0
		}
	case *ast.CallExpr:
		sig, ok := types.Unalias(r.info.TypeOf(n.Fun)).(*types.Signature)
		if !ok {
			return 0, 0
		}
		for v := range sig.Params().Variables() {
			callee += sizeOf(v.Type())
		}
		for v := range sig.Results().Variables() {
			callee += sizeOf(v.Type())
		}
		return 0, callee
	}
	return 0, 0
}

// elements is how many elements a literal of a slice has.
func (r *restriction) elements(lit *ast.CompositeLit) (n int64) {
	next := int64(0)
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if k := r.info.Types[kv.Key].Value; k != nil {
				next, _ = constant.Int64Val(constant.ToInt(k))
			}
		}
		next++
		n = max(n, next)
	}
	return n
}
