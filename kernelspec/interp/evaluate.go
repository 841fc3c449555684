package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"strings"

	"github.com/cosmos72/gomacro/ast2"
	gbase "github.com/cosmos72/gomacro/base/reflect"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// runJob compiles and runs a cell on the calling goroutine.
func (in *Interp) runJob(j *job) Result {
	code, err := in.compile(j)
	if err != nil {
		return Result{Err: err}
	}
	if code == nil {
		return Result{}
	}
	return in.execute(j, code)
}

// compiled is a cell ready to run.
type compiled struct {
	expr    *fast.Expr
	isExpr  bool // the cell ends in an expression to show
	nodes   []ast.Node
	before  names // what was declared before the cell
	comp    *fast.Comp
	lastPos token.Pos // position of the last node
}

// compile parses, rewrites and compiles a cell. When it fails no name is changed.
func (in *Interp) compile(j *job) (code *compiled, failure *Error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c := in.ir.Comp
	before := snapshot(c)
	defer func() {
		if r := recover(); r != nil {
			before.restore(c)
			c.Code.Clear()
			code, failure = nil, in.compileError(j.cell, r)
		}
	}()
	in.sources.add(j.cell)
	c.Filepath, c.Line = j.cell.Name, 0
	nodes := c.ParseBytes([]byte(in.expand(j.cell.Code)))
	in.checkImports(nodes)
	nodes = in.rewrite(nodes)
	form := ast2.AnyToAst(nodes, "cell")
	if form == nil || len(nodes) == 0 {
		return nil, nil
	}
	expr := in.ir.CompileAst(form)
	if expr == nil {
		return nil, nil // only declarations of types and imports
	}
	last := nodes[len(nodes)-1]
	e, isExpr := last.(ast.Expr)
	isExpr = isExpr && !isPrint(e)
	return &compiled{expr: expr, isExpr: isExpr, nodes: nodes, before: before, comp: c, lastPos: last.Pos()}, nil
}

// execute runs a compiled cell. It does what gomacro's RunExpr does, except that
// the call stack is still there when the cell panics.
func (in *Interp) execute(j *job, code *compiled) (res Result) {
	env := in.ir.PrepareEnv()
	run := env.Run
	run.CurrEnv = env
	j.run = run
	in.ctx.Set(xreflect.ValueOf(j.ctx))
	defer func() {
		if r := recover(); r != nil {
			if !j.is(abandoned) {
				res = Result{Err: in.runError(j, code, r, goFrames())}
				in.heal(code, env)
			}
		}
		run.CurrEnv = nil
	}()
	if !j.state.CompareAndSwap(compiling, running) {
		panic(ErrInterrupted)
	}
	fun := code.expr.AsXV(fast.COptKeepUntyped)
	v, vs := fun(env)
	j.printTime()
	in.pointOutErrors(j, code)
	if !code.isExpr {
		return Result{}
	}
	values, types := gbase.PackValues(v, vs), gbase.PackTypes(code.expr.Type, code.expr.Types)
	if len(values) > 1 && hasOk(code.nodes[len(code.nodes)-1].(ast.Expr)) {
		values, types = values[:1], types[:1]
	}
	res = result(values, types)
	if err := in.failed(j, res, code); err != nil {
		return Result{Err: err}
	}
	return res
}

// isPrint reports whether an expression prints: how many bytes it wrote is nothing
// to show.
func isPrint(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := fn.X.(*ast.Ident)
	return ok && pkg.Name == "fmt" && (strings.HasPrefix(fn.Sel.Name, "Print") || strings.HasPrefix(fn.Sel.Name, "Fprint"))
}

// hasOk reports whether gomacro gives an expression a second value, which says
// whether the first is there.
func hasOk(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return e.Op == token.ARROW
	case *ast.IndexExpr, *ast.TypeAssertExpr:
		return true
	}
	return false
}

// result unpacks the values of the last expression.
func result(values []xreflect.Value, types []xreflect.Type) Result {
	res := Result{Types: types}
	for _, v := range values {
		res.Values = append(res.Values, gbase.ValueInterface(v))
	}
	return res
}

// names is what a scope declares.
type names struct {
	binds map[string]*fast.Bind
	types map[string]xreflect.Type
}

func snapshot(c *fast.Comp) names {
	n := names{binds: make(map[string]*fast.Bind, len(c.Binds)+4), types: make(map[string]xreflect.Type, len(c.Types))}
	for name, b := range c.Binds {
		n.binds[name] = b
	}
	for name, t := range c.Types {
		n.types[name] = t
	}
	return n
}

func (n names) restore(c *fast.Comp) {
	c.Binds, c.Types = n.binds, n.types
}

// heal takes back the names that a failed cell declared but did not reach: their
// places hold nothing, or the value that an older variable of that name left.
func (in *Interp) heal(code *compiled, env *fast.Env) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c := code.comp
	unreached := code.declaredFrom(positionIn(env))
	for name, b := range c.Binds {
		old := code.before.binds[name]
		if b == old {
			continue
		}
		if !unreached[name] && holds(env, b) {
			continue
		}
		delete(c.Binds, name)
		if old != nil && holds(env, old) {
			c.Binds[name] = old
		}
	}
}

// holds reports whether the place of a variable or function holds a value of its type.
func holds(env *fast.Env, b *fast.Bind) bool {
	switch b.Desc.Class() {
	case fast.VarBind, fast.FuncBind:
		i := b.Desc.Index()
		if i < 0 || i >= len(env.Vals) || !env.Vals[i].IsValid() {
			return false
		}
		have, want := env.Vals[i].Type(), b.Type.ReflectType()
		return have == want || want.Kind() == reflect.Interface
	}
	return true
}

// positionIn returns the position of the statement at which a frame stopped.
func positionIn(env *fast.Env) token.Pos {
	if env.IP >= 0 && env.IP < len(env.DebugPos) {
		return env.DebugPos[env.IP]
	}
	return token.NoPos
}

// declaredFrom returns the variables that are declared by the top-level statement
// at pos and by those after it.
func (code *compiled) declaredFrom(pos token.Pos) map[string]bool {
	names := map[string]bool{}
	if pos == token.NoPos {
		return names
	}
	for _, node := range code.nodes {
		if node.End() <= pos {
			continue
		}
		ast.Inspect(node, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl, *ast.FuncLit, *ast.BlockStmt:
				return false
			case *ast.AssignStmt:
				for _, lhs := range n.Lhs {
					if id, ok := lhs.(*ast.Ident); ok && n.Tok == token.DEFINE {
						names[id.Name] = true
					}
				}
			case *ast.ValueSpec:
				for _, id := range n.Names {
					names[id.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// checkImports refuses packages that are not registered: gomacro would try to
// compile them with a Go toolchain.
func (in *Interp) checkImports(nodes []ast.Node) {
	for _, node := range nodes {
		ast.Inspect(node, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ImportSpec); ok {
				if path, err := unquote(spec.Path.Value); err == nil && !in.known(path) {
					panic(&positioned{pos: spec.Pos(), message: fmt.Sprintf("package %q is not in this kernel; to add it: go run ./kernelspec build -with %s", path, path)})
				}
			}
			return true
		})
	}
}
