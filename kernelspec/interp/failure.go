package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"reflect"
	"runtime"
	"strings"

	"github.com/cosmos72/gomacro/base"
)

// failed returns the error of a cell whose last expression is one, or holds one
// as a data frame does in its field Err; nil if all is well.
func (in *Interp) failed(j *job, res Result, code *compiled) *Error {
	if len(res.Values) == 0 {
		return nil
	}
	err := errorIn(res.Values[len(res.Values)-1])
	if err == nil {
		return nil
	}
	frames := frameAt(in.position(code.lastPos))
	if cause := causeOf(j); cause != nil {
		return in.panicError(base.SigInterrupt, frames, cause) // an error because it was stopped
	}
	return in.newError("error", err.Error(), frames)
}

// errorIn returns the error that a value is or carries, nil if there is none.
func errorIn(v any) error {
	if err, ok := v.(error); ok {
		return err
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if r.Kind() != reflect.Struct {
		return nil
	}
	f := r.FieldByName("Err")
	if !f.IsValid() || f.Type() != reflect.TypeFor[error]() || f.IsNil() {
		return nil
	}
	err, _ := f.Interface().(error)
	return err
}

// pointOutErrors tells about errors that the cell's statements gave to variables
// and that no later statement of the cell looks at.
func (in *Interp) pointOutErrors(j *job, code *compiled) {
	for i, node := range code.nodes {
		assign, ok := node.(*ast.AssignStmt)
		if !ok {
			continue
		}
		for _, lhs := range assign.Lhs {
			id, ok := lhs.(*ast.Ident)
			if !ok || id.Name == "_" || mentions(code.nodes[i+1:], id.Name) {
				continue
			}
			in.mu.Lock()
			v, _ := in.valueOf(id.Name)
			in.mu.Unlock()
			if err, isErr := v.(error); isErr && assigned(assign, id) {
				p := in.position(id.Pos())
				fmt.Fprintf(os.Stderr, "\x1b[33m%s:%d:%d\x1b[0m: %s is not nil and the cell does not look at it: %v\n", p.Filename, p.Line, p.Column, id.Name, err)
			}
		}
	}
}

// assigned reports whether a variable gets an error from a call: `x, err := f()`.
func assigned(a *ast.AssignStmt, id *ast.Ident) bool {
	if len(a.Rhs) != 1 || a.Tok != token.DEFINE && a.Tok != token.ASSIGN || a.Lhs[len(a.Lhs)-1] != ast.Expr(id) {
		return false
	}
	call, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return false
	}
	text := ""
	switch fn := call.Fun.(type) {
	case *ast.SelectorExpr:
		text = fn.Sel.Name
	case *ast.Ident:
		text = fn.Name
	}
	return text != "New" && text != "Errorf" // errors made on purpose
}

func mentions(nodes []ast.Node, name string) bool {
	found := false
	for _, node := range nodes {
		ast.Inspect(node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				found = true
			}
			return !found
		})
	}
	return found
}

// goFrames lists the Go functions between a panic and the interpreter, innermost
// first. It is called while the panic is being recovered.
func goFrames() []string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var list []string
	panicked := false
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime."):
			panicked = panicked || strings.Contains(f.Function, "panic") || strings.Contains(f.Function, "sigpanic")
		case !panicked:
		case strings.HasPrefix(f.Function, "reflect."), strings.HasPrefix(f.Function, "github.com/cosmos72/gomacro/"), strings.HasPrefix(f.Function, "axn/kernelspec/"):
			return list
		case len(list) < 8:
			list = append(list, fmt.Sprintf("%s (%s:%d)", f.Function, f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line))
		}
	}
	return list
}
