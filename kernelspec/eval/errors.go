package eval

import (
	"errors"
	"fmt"
)

// ErrInterrupted is the cause of a cell's context when the user stops the cell.
var ErrInterrupted = errors.New("interrupted")

// Kind says what sort of failure an Error is.
type Kind string

// Kinds of failure.
const (
	SyntaxError  Kind = "syntax error"  // Problems say where
	CompileError Kind = "compile error" // Problems say where
	Panic        Kind = "panic"         // Frames say where, Cause is the panic's value
	Interrupted  Kind = "interrupted"   // Frames say where
	Exit         Kind = "exit"          // os.Exit was called; Cause is the code, an int
	Failed       Kind = "error"         // Session.Fail was called; Cause is its error
)

// Error is the failure of a cell.
type Error struct {
	Kind     Kind
	Value    string    // the message, without a place
	Problems []Problem // what was refused, by place, at most ten
	Frames   []Frame   // where it failed, innermost first; empty if not known
	Cause    any       // what the cell panicked with
}

func (e *Error) Error() string { return string(e.Kind) + ": " + e.Value }

// Unwrap returns the error that the cell panicked with, nil if it was none.
func (e *Error) Unwrap() error {
	err, _ := e.Cause.(error)
	return err
}

// Problem is one thing that is wrong in a cell's text.
type Problem struct {
	At      Frame // without a function
	Message string
}

// Frame is a place in the source of a cell.
type Frame struct {
	Cell         string // name of the cell, such as "cell[7]"; empty for a place in a compiled package
	Line, Column int    // from 1; columns count bytes
	Func         string // name of the function, such as "main.f" or "(*T).Add"; empty at the top of the cell
}

func (f Frame) String() string { return fmt.Sprintf("%s:%d:%d", f.Cell, f.Line, f.Column) }
