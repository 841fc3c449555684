package eval

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"unsafe"

	"axn/kernelspec/eval/code"

	"golang.org/x/tools/go/ssa"
)

// What a debugger evaluates is compiled as a function literal whose free variables are the
// local variables of the place where a goroutine stands:
//
//	func ·() { var x T; _ = func() { ·show(x + 1) } }
//
// Only the literal is compiled and called, with the addresses of the variables there. So
// it can be called again for another call of the function, as conditions of breakpoints are.

// expression is what was made of a text.
type expression struct {
	f      *ssa.Function
	number int // of the session, when it was made: names may mean something else since
}

// expressionKey tells expressions apart. The types of variables depend on the stop.
type expressionKey struct {
	at   *Stop
	text string
}

// Evaluate evaluates expressions, or runs statements, where a call stands; nil for the
// names of the cells alone. It returns the values of expressions. Stops are passed.
func (s *Session) Evaluate(call *Call, text string) ([]any, *Error) {
	var locals []Local
	key := expressionKey{text: text}
	if call != nil {
		key.at, locals = call.At(), call.Locals()
	}
	f, err := s.expression(key, locals)
	if err != nil {
		return nil, err
	}
	addresses := map[string]unsafe.Pointer{}
	for _, l := range locals {
		if l.Value.IsValid() {
			addresses[l.Name] = l.Value.Addr().UnsafePointer()
		}
	}
	return s.ask(func(t *code.Task) *code.Failure { return t.RunBound(f, addresses) })
}

// Ask calls f, which shows values and may call methods that cells declare for that, beside
// the cell that runs or is stopped. Goroutines of cells change no map meanwhile. Stops are
// passed. A panic or an interrupt is returned.
func (s *Session) Ask(f func()) *Error {
	_, err := s.ask(func(t *code.Task) *code.Failure {
		return t.Call(func() {
			defer code.HoldMaps()()
			f()
		})
	})
	return err
}

// ask runs something beside the cell that runs.
func (s *Session) ask(run func(*code.Task) *code.Failure) ([]any, *Error) {
	j := &job{s: s, cell: &Cell{}, done: make(chan Result, 1)}
	if running := s.running.Load(); running != nil {
		j.cell = running.cell
	}
	j.ctx, j.cancel = context.WithCancelCause(context.Background())
	j.task = s.program.NewTask(j, j.report)
	j.task.Unstopped = true
	j.began.Store(true)
	s.asked.put(j)
	defer s.asked.remove(j)
	go func() {
		defer j.finish(Result{}) // also after Goexit
		failure := run(j.task)
		r := Result{}
		if failure != nil {
			r.Err = j.failed(failure)
		} else if values := j.values.Swap(nil); values != nil {
			r.Values = *values
		}
		j.finish(r)
	}()
	r := <-j.done
	return r.Values, r.Err
}

// expression compiles a text, or finds it compiled.
func (s *Session) expression(key expressionKey, locals []Local) (f *ssa.Function, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = &Error{Kind: CompileError, Value: fmt.Sprintf("the evaluator cannot compile this expression, which is a fault of the evaluator: %v", r)}
		}
	}()
	if e := s.expressions[key]; e != nil && e.number == s.number {
		return e.f, nil
	}
	src := newSource(s.fset, "expression", key.text)
	unit := s.checkExpression(src, locals, true)
	if len(unit.Problems) > 0 && !unit.syntax {
		if again := s.checkExpression(src, locals, false); len(again.Problems) == 0 {
			unit = again
		}
	}
	if err := unit.refused(); err != nil {
		return nil, err
	}
	p := unit.Parts[0]
	orderCalls(p)
	f = s.program.Build(p.Package, p.files, p.Info, nil).Func(hidden).AnonFuncs[0]
	if len(s.expressions) >= mostExpressions {
		clear(s.expressions)
	}
	s.expressions[key] = &expression{f, s.number}
	return f, nil
}

// mostExpressions is how many are kept.
const mostExpressions = 100

// checkExpression checks a text, as expressions whose values are wanted or as statements.
func (s *Session) checkExpression(src *source, locals []Local, show bool) *Unit {
	u := &Unit{Fset: src.fset, src: src}
	body := s.expressionBody(u, show)
	if u.syntax {
		return u
	}
	pt := newPart()
	pt.use(body)
	c := newChecker(s, u, true)
	pos := src.pos(0)
	around := &ast.BlockStmt{Lbrace: pos, Rbrace: pos}
	pkg := types.NewPackage("main", "main")
	for i, l := range locals {
		if !pt.words[l.Name] || !l.Value.IsValid() {
			continue
		}
		name := fmt.Sprint("T", hidden, i)
		obj := types.NewTypeName(pos, pkg, name, nil)
		types.NewAlias(obj, l.Type)
		c.later[name], pt.words[name] = obj, true
		spec := &ast.ValueSpec{Names: []*ast.Ident{{NamePos: pos, Name: l.Name}}, Type: &ast.Ident{NamePos: pos, Name: name}}
		around.List = append(around.List, &ast.DeclStmt{Decl: &ast.GenDecl{Tok: token.VAR, TokPos: pos, Specs: []ast.Spec{spec}}})
	}
	lit := &ast.FuncLit{Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{}}, Body: body}
	around.List = append(around.List, &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: "_"}}, TokPos: pos, Tok: token.ASSIGN, Rhs: []ast.Expr{lit}})
	pt.decls = []ast.Decl{&ast.FuncDecl{Name: &ast.Ident{NamePos: pos, Name: hidden}, Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{}}, Body: around}}
	u.Parts = []*Part{c.checkPart(pt, nil)}
	return u.sorted()
}

// expressionBody parses a text.
func (s *Session) expressionBody(u *Unit, show bool) *ast.BlockStmt {
	src, end := u.src, len(u.src.text)
	body := &ast.BlockStmt{Lbrace: src.pos(0), Rbrace: src.pos(end)}
	if list := src.expressions(0, end); len(list) > 0 && show {
		call := &ast.CallExpr{Fun: &ast.Ident{NamePos: src.pos(0), Name: showName}, Lparen: src.pos(0), Args: list, Rparen: src.pos(end)}
		body.List = []ast.Stmt{&ast.ExprStmt{X: call}}
		return body
	}
	list, problems := src.statements(0, end)
	for _, st := range list {
		if a, ok := st.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			problems = append(problems, Problem{src.frame(a.TokPos), "what is declared here is gone at once: assign by =, or declare it in a cell"})
		}
		body.List = append(body.List, standing(st))
	}
	u.Problems, u.syntax = problems, len(problems) > 0
	return body
}
