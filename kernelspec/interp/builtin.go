package interp

import (
	"go/ast"
	"reflect"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// typing chooses the parameter and result types of a builtin from the types of
// its arguments; nil results with an error text make a compile error.
type typing func(args []xreflect.Type) (in, out []xreflect.Type, problem string)

// builtin makes a function whose types are chosen where it is called. It has no
// value of its own: it can only be called.
func builtin(name string, least, most int, types typing, run func([]reflect.Value) []reflect.Value) fast.Builtin {
	return fast.Builtin{ArgMin: uint16(least), ArgMax: uint16(most), Compile: func(c *fast.Comp, _ fast.Symbol, n *ast.CallExpr) *fast.Call {
		args, argTypes := arguments(c, n)
		in, out, problem := types(argTypes)
		if problem != "" {
			c.Errorf("%s: %s", name, problem)
		}
		for i, a := range args {
			if a.Const() {
				a.ConstTo(in[min(i, len(in)-1)])
			}
		}
		return callOf(c, args, in, out, run)
	}}
}

// arguments compiles the arguments of a call.
func arguments(c *fast.Comp, n *ast.CallExpr) ([]*fast.Expr, []xreflect.Type) {
	args := make([]*fast.Expr, len(n.Args))
	types := make([]xreflect.Type, len(n.Args))
	for i, arg := range n.Args {
		args[i] = c.Expr1(arg, nil)
		types[i] = args[i].Type
		if args[i].Untyped() {
			types[i] = args[i].DefaultType()
		}
	}
	return args, types
}

// callOf makes a call of run with the given types. The function must not look
// like a constant to gomacro, which would then want one it knows.
func callOf(c *fast.Comp, args []*fast.Expr, in, out []xreflect.Type, run func([]reflect.Value) []reflect.Value) *fast.Call {
	t := c.Universe.FuncOf(in, out, false)
	fn := xreflect.MakeValue(reflect.MakeFunc(t.ReflectType(), run))
	return &fast.Call{
		Fun:  &fast.Expr{Lit: fast.Lit{Type: t}, Fun: func(*fast.Env) xreflect.Value { return fn }},
		Args: args, OutTypes: out,
	}
}

// declareBuiltins declares the functions that rewritten cells call.
func (in *Interp) declareBuiltins() {
	top := in.ir.Comp.TopComp()
	top.DeclBuiltin0(goName, in.goBuiltin())
	top.DeclBuiltin0(rangeName, rangeBuiltin())
	top.DeclBuiltin0(runName, runBuiltin())
	top.DeclBuiltin0(fnName, in.fnBuiltin())
}

// goBuiltin returns a function like its argument, guarded.
func (in *Interp) goBuiltin() fast.Builtin {
	return builtin("go", 1, 1, func(args []xreflect.Type) (_, _ []xreflect.Type, problem string) {
		if args[0] == nil || args[0].Kind() != reflect.Func {
			return nil, nil, "not a function"
		}
		return args, args, ""
	}, func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{in.guard(args[0])}
	})
}

// rangeBuiltin turns an integer n into n elements of no size, and leaves
// everything else as it is.
func rangeBuiltin() fast.Builtin {
	return fast.Builtin{ArgMin: 1, ArgMax: 1, Compile: func(c *fast.Comp, _ fast.Symbol, n *ast.CallExpr) *fast.Call {
		args, types := arguments(c, n)
		t := types[0]
		if t == nil || !isInteger(t.Kind()) {
			if args[0].Const() {
				args[0].ConstTo(t)
			}
			return callOf(c, args, types, types, func(vs []reflect.Value) []reflect.Value { return vs })
		}
		if args[0].Const() {
			args[0].ConstTo(t)
		}
		elements := c.Universe.FromReflectType(reflect.TypeFor[[]struct{}]())
		return callOf(c, args, types, []xreflect.Type{elements}, func(vs []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(make([]struct{}, count(vs[0])))}
		})
	}}
}

func isInteger(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Uintptr }

func count(v reflect.Value) int {
	if v.CanInt() {
		return int(max(v.Int(), 0))
	}
	return int(v.Uint())
}

// runBuiltin gives the interpreter's state of the goroutine that calls it.
func runBuiltin() fast.Builtin {
	return fast.Builtin{Compile: func(c *fast.Comp, _ fast.Symbol, _ *ast.CallExpr) *fast.Call {
		empty := c.Universe.FromReflectType(reflect.TypeFor[any]())
		t := c.Universe.FuncOf(nil, []xreflect.Type{empty}, false)
		return &fast.Call{
			Fun: &fast.Expr{Lit: fast.Lit{Type: t}, Fun: func(env *fast.Env) xreflect.Value {
				run := env.Run
				return xreflect.ValueOf(func() any { return run })
			}},
			OutTypes: []xreflect.Type{empty},
		}
	}}
}

// grabber compiles the function that returns the state of whoever calls it.
func (in *Interp) grabber() func() any {
	v, _ := in.ir.Eval1("(func() interface{} { return " + runName + "() })")
	return v.Interface().(func() interface{})
}

// currentRun returns the interpreter's state of the calling goroutine. gomacro
// may know the goroutine from an earlier one at the same address, with a signal
// that nobody took: taking it panics once.
func (in *Interp) currentRun() (run *fast.Run) {
	for !attempt(func() { run = in.grab().(*fast.Run) }) {
	}
	return run
}
