package eval

import (
	"context"
	"io"
)

// Cell is one piece of code to run.
type Cell struct {
	Name   string    // such as "cell[7]", names the code in errors
	Code   string    // Go, without magics
	Stdout io.Writer // takes what goroutines of the cell print after it ended; may be nil
	Stderr io.Writer // takes what goroutines of the cell report, and notices; may be nil

	Stops bool // it is compiled so that a debugger can stop in it

	Owner any // whatever the caller wants to find again by Session.Owner

	// Context, if set, prepares the context that the cell sees as ctx.
	Context func(context.Context) context.Context

	// Stopped, if set, reports whether the cell was stopped before the session took it up.
	Stopped func() bool
}

// Result is what a cell gave.
type Result struct {
	Values []any  // of the last expression, with their types; none if the cell ends in no expression
	Err    *Error // nil if the cell ended well
}
