package interp

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/go/scanner"
)

// Error is a cell's failure as a front end shows it.
type Error struct {
	Name      string   // kind: "compile error", "panic", "error", "interrupted", "exit"
	Value     string   // message, without position
	Frames    []Frame  // where, innermost first; empty if not known
	Traceback []string // lines to show, with ANSI colours
}

func (e *Error) Error() string { return e.Name + ": " + e.Value }

// Frame is a place in the source of a cell.
type Frame struct {
	Cell         string // name of the cell, such as "cell[7]"
	Line, Column int    // from 1
}

func (f Frame) String() string { return fmt.Sprintf("%s:%d:%d", f.Cell, f.Line, f.Column) }

// positioned is an error found by us at a place of the syntax tree.
type positioned struct {
	pos     token.Pos
	message string
}

func (p *positioned) Error() string { return p.message }

// exit is what os.Exit in a cell panics with.
type exit struct{ code int }

// newError makes an error with its traceback: the message, then each place with
// its source line and a caret.
func (in *Interp) newError(name, value string, frames []Frame) *Error {
	e := &Error{Name: name, Value: value, Frames: frames}
	e.Traceback = append(e.Traceback, "\x1b[1;31m"+name+"\x1b[0m: "+value)
	for _, f := range frames {
		e.Traceback = append(e.Traceback, in.sources.quote(f)...)
	}
	return e
}

// compileError turns what parser or compiler panicked with into an error.
func (in *Interp) compileError(cell *Cell, r any) *Error {
	var list scanner.ErrorList
	var at *positioned
	err, isErr := r.(error)
	switch {
	case isErr && errors.As(err, &list) && len(list) > 0:
		first := list[0]
		return in.newError("syntax error", explain(first.Msg), frameAt(first.Pos))
	case isErr && errors.As(err, &at):
		return in.newError("compile error", at.message, frameAt(in.position(at.pos)))
	}
	frames, text := cutPosition(fmt.Sprint(r))
	if len(frames) == 0 {
		frames = frameAt(in.position(in.ir.Comp.Pos))
	}
	if len(frames) == 1 && frames[0].Cell != cell.Name {
		frames = nil
	}
	return in.newError("compile error", explain(text), frames)
}

// position looks a position up in the sources of all cells.
func (in *Interp) position(pos token.Pos) token.Position {
	return in.ir.Comp.Fileset.Position(pos)
}

func frameAt(p token.Position) []Frame {
	if !p.IsValid() {
		return nil
	}
	return []Frame{{Cell: p.Filename, Line: p.Line, Column: p.Column}}
}

var positionPrefix = regexp.MustCompile(`^(cell\[[^\]]*\]):(\d+):(\d+): `)

// cutPosition takes the position off the front of a compiler message.
func cutPosition(text string) ([]Frame, string) {
	m := positionPrefix.FindStringSubmatch(text)
	if m == nil {
		return nil, text
	}
	line, _ := strconv.Atoi(m[2])
	column, _ := strconv.Atoi(m[3])
	return []Frame{{Cell: m[1], Line: line, Column: column}}, text[len(m[0]):]
}

// runError turns what a running cell panicked with into an error.
func (in *Interp) runError(j *job, code *compiled, r any, stack []string) *Error {
	frames := in.frames(j.run.CurrEnv)
	if n := len(frames); (n == 0 || frames[n-1].Cell != j.cell.Name || code.inFunction(in, frames[n-1])) && code.isExpr {
		frames = append(frames, frameAt(in.position(code.lastPos))...) // a bare expression has no frame
	}
	e := in.panicError(r, frames, causeOf(j))
	if len(stack) > 0 {
		var lines []string
		for _, s := range stack {
			lines = append(lines, "  \x1b[2min "+s+"\x1b[0m")
		}
		e.Traceback = append(e.Traceback[:1:1], append(lines, e.Traceback[1:]...)...)
	}
	return e
}

// inFunction reports whether a place is inside a function that the cell declares.
func (code *compiled) inFunction(in *Interp, f Frame) bool {
	for _, node := range code.nodes {
		if fn, ok := node.(*ast.FuncDecl); ok {
			if from, to := in.position(fn.Pos()), in.position(fn.End()); f.Line >= from.Line && f.Line <= to.Line {
				return true
			}
		}
	}
	return false
}

// panicError describes a panic.
func (in *Interp) panicError(r any, frames []Frame, cause error) *Error {
	err, isErr := r.(error)
	stopped := r == base.SigInterrupt || isErr && errors.Is(err, ErrInterrupted)
	var why *Error
	switch {
	case stopped && errors.As(cause, &why):
		return why
	case stopped && cause != nil && !errors.Is(cause, ErrInterrupted):
		return in.newError("error", cause.Error(), frames)
	case r == base.SigInterrupt:
		return in.newError("interrupted", "the cell was stopped; variables keep their values", frames)
	}
	switch r := r.(type) {
	case exit:
		return in.newError("exit", fmt.Sprintf("os.Exit(%d) in a cell does not end the kernel; variables keep their values", r.code), frames)
	case *Error:
		return r
	case error:
		if stopped || errors.Is(cause, ErrInterrupted) {
			return in.newError("interrupted", r.Error(), frames)
		}
		return in.newError("panic", plainly(r.Error()), frames)
	}
	return in.newError("panic", plainly(fmt.Sprint(r)), frames)
}

// plainly says what went wrong in the cell instead of in the interpreter, which
// works by reflection.
func plainly(message string) string {
	message = strings.TrimPrefix(message, "runtime error: ")
	if strings.HasPrefix(message, "reflect: call of reflect.Value.") && strings.HasSuffix(message, "on zero Value") {
		return "invalid memory address or nil pointer dereference"
	}
	return strings.TrimPrefix(message, "reflect: ")
}

// frames lists the places on the interpreter's call stack, innermost first, one
// per call.
func (in *Interp) frames(env *fast.Env) []Frame {
	var frames []Frame
	depth := -1
	for n := 0; env != nil && n < 1000; n++ {
		if pos := positionIn(env); pos != token.NoPos && env.CallDepth != depth {
			if f := frameAt(in.position(pos)); f != nil {
				frames, depth = append(frames, f...), env.CallDepth
			}
		}
		if env.Caller != nil {
			env = env.Caller
		} else {
			env = env.Outer
		}
	}
	if len(frames) > 12 {
		frames = append(frames[:6:6], frames[len(frames)-5:]...)
	}
	return frames
}

// explain adds what to write instead to messages about what the interpreter lacks.
func explain(text string) string {
	for _, hint := range hints {
		if hint.when.MatchString(text) {
			return text + "\n" + hint.say
		}
	}
	return text
}

var hints = []struct {
	when *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(`expected '\(', found '\['`), "The interpreter has no generic functions of its own: write the function for one type. Those of slices, maps and cmp work."},
	{regexp.MustCompile(`cannot range over .*func`), "The interpreter cannot range over functions: call the function with a callback instead."},
}
