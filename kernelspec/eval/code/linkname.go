package code

import (
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// linkName is the name that the compiler gives to a function: main.f, main.(*T).M,
// main.f.func1, main.F[...].
func (fn *Func) linkName() string { return fn.p.linkName(fn.f) }

func (p *Program) linkName(f *ssa.Function) string {
	pkg := "main"
	if of := packageOf(f); of != nil {
		pkg = of.Path()
	}
	name := f.Name()
	if parent := f.Parent(); parent != nil {
		return p.literalName(f, parent, pkg)
	}
	if f.Synthetic == "package initializer" {
		return pkg + ".init"
	}
	if n, ok := strings.CutPrefix(name, "init#"); ok {
		i, _ := strconv.Atoi(n)
		return pkg + ".init." + strconv.Itoa(i-1)
	}
	recv := f.Signature.Recv()
	if base, ok := strings.CutSuffix(name, "$bound"); ok {
		name = base + "-fm"
	}
	name = strings.TrimSuffix(name, "$thunk")
	if m, ok := f.Object().(*types.Func); ok {
		recv = m.Signature().Recv()
	}
	if base, rest, ok := strings.Cut(name, "["); ok {
		_, end, _ := cutLast(rest, "]")
		name = base + "[...]" + end
	}
	if recv == nil {
		return pkg + "." + name
	}
	t := types.Unalias(recv.Type())
	ptr, isPtr := t.(*types.Pointer)
	if isPtr {
		t = types.Unalias(ptr.Elem())
	}
	typ := types.TypeString(t, func(*types.Package) string { return "" })
	if base, _, ok := strings.Cut(typ, "["); ok {
		typ = base + "[...]"
	}
	if isPtr {
		typ = "(*" + typ + ")"
	}
	return pkg + "." + typ + "." + name
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// literalName names a function literal after the function that it stands in. The literals
// that hold the statements of a cell stand for main.
func (p *Program) literalName(f, parent *ssa.Function, pkg string) string {
	if parent.Synthetic == "package initializer" {
		p.mu.Lock()
		group := p.groups[f.Pos()]
		p.mu.Unlock()
		if group {
			return pkg + ".main"
		}
	}
	n := f.Name()[strings.LastIndexByte(f.Name(), '$')+1:]
	outer := p.linkName(parent)
	switch {
	case f.Synthetic == "range-over-func yield":
		return outer + "-range" + n
	case parent.Parent() != nil && !strings.HasSuffix(outer, ".main"):
		return outer + "." + n
	}
	return outer + ".func" + n
}
