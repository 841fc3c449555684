package interp

import (
	"go/ast"
	"reflect"
	"runtime"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/gls"
)

// Compiled packages may call functions of a cell on goroutines of their own, as
// optimize.Minimize does. A panic there would end the process, and an interrupt
// would not reach it. So functions that a cell hands over are wrapped, and the
// proxies of interfaces defer guard.Enter.

// fnName is the builtin that wraps a function that is handed over.
const fnName = "__fn"

// rewriteHandedOver wraps the functions among some expressions: literals, and
// names that are known to be functions.
func (in *Interp) rewriteHandedOver(exprs []ast.Expr) {
	for i, e := range exprs {
		switch e := e.(type) {
		case *ast.FuncLit:
			exprs[i] = call(fnName, e)
		case *ast.Ident:
			if sym := in.ir.Comp.TryResolve(e.Name); sym != nil && sym.Type != nil && sym.Desc.Class() != fast.ConstBind && sym.Type.Kind() == reflect.Func {
				exprs[i] = call(fnName, e)
			}
		case *ast.KeyValueExpr:
			value := []ast.Expr{e.Value}
			in.rewriteHandedOver(value)
			e.Value = value[0]
		}
	}
}

// fnBuiltin returns its argument, wrapped if it is a function.
func (in *Interp) fnBuiltin() fast.Builtin {
	return builtin("func", 1, 1, func(args types) (types, types, string) { return args, args, "" }, func(args []reflect.Value) []reflect.Value {
		if v := args[0]; v.Kind() == reflect.Func && !v.IsNil() {
			return []reflect.Value{in.wrap(v)}
		}
		return args
	})
}

// wrap returns a function like fn that can be called on any goroutine. The usual
// signatures are wrapped without reflection.
func (in *Interp) wrap(fn reflect.Value) reflect.Value {
	j := in.running.Load()
	switch f := fn.Interface().(type) {
	case func(i, j int) bool:
		return reflect.ValueOf(func(a, b int) bool { defer in.enter(j)(); return f(a, b) })
	case func(float64) float64:
		return reflect.ValueOf(func(x float64) float64 { defer in.enter(j)(); return f(x) })
	case func([]float64) float64:
		return reflect.ValueOf(func(x []float64) float64 { defer in.enter(j)(); return f(x) })
	case func(a, b []float64):
		return reflect.ValueOf(func(a, b []float64) { defer in.enter(j)(); f(a, b) })
	case func():
		return reflect.ValueOf(func() { defer in.enter(j)(); f() })
	}
	return reflect.MakeFunc(fn.Type(), func(args []reflect.Value) (results []reflect.Value) {
		for i := range fn.Type().NumOut() {
			results = append(results, reflect.Zero(fn.Type().Out(i)))
		}
		defer in.enter(j)()
		if fn.Type().IsVariadic() {
			return fn.CallSlice(args)
		}
		return fn.Call(args)
	})
}

// enter begins a call into a cell's function and returns what is to be deferred.
// On a goroutine of the interpreter that does nothing. A foreign one belongs to
// the cell meanwhile; a panic on it stops the cell, and the function returns
// zeros; once the cell is stopped, the goroutine ends.
func (in *Interp) enter(j *job) (leave func()) {
	if in.isOwn() {
		return func() {}
	}
	if running := in.running.Load(); j == nil || running != nil && j.over.Load() {
		j = running
	}
	run := in.currentRun()
	in.routines.add(gls.GoID(), &routine{job: j, run: run})
	return func() {
		in.routines.end(run)
		if r := recover(); r != nil && r != base.SigInterrupt {
			in.stop(in.panicError(r, in.frames(run.CurrEnv), nil))
		}
		run.CurrEnv = nil
		if j != nil && j.ctx.Err() != nil {
			runtime.Goexit()
		}
	}
}

// isOwn reports whether the calling goroutine runs a cell or was started by one.
func (in *Interp) isOwn() bool {
	if in.routines.current() != nil {
		return true
	}
	return in.worker.Load() == uint64(gls.GoID())
}
