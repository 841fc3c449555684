// Package eval runs the cells of a notebook as Go. It knows no Jupyter.
//
//	cell -> pieces -> parts -> go/types -> go/ssa -> closures over registers
//
// A cell is split into pieces at its top level (split.go). Runs of pieces make parts,
// each a package named main of its own (part.go), into whose scope the names of the
// earlier cells that it mentions are inserted before go/types checks it (check.go). What
// only the compiler refuses is looked for then (restrict.go, cycle.go, directive.go).
// go/ssa builds the part with its generics instantiated, package code compiles it to
// closures, and the part's initializer is the cell (run.go). So a program is accepted
// or refused as Go does, with Go's messages, except that unused imports and variables
// are let pass, x := … may be said again, and expressions stand as statements.
//
// What a cell declares anew is followed by what earlier cells declared with the older one:
// that is read again and checked beside it (original.go, follow.go). Values of a type that
// was declared anew keep the older one, which errors explain (outdated.go).
//
// Types of cells are runtime types with names and methods (package rtype): compiled
// code sees them as it sees its own.
//
//	Session   the names that cells declared; New, Run, Interrupt, Fail, Call, Declare, Forget, Reset
//	Cell      one piece of code to run, with its output and its owner
//	Result    the values of a cell's last expression, or its Error
//	Error     a failure: kind, text, and either Problems (refused) or Frames (failed while running)
//	Unit      a cell's text with its types, checked without running it: Session.Check
//	Debugger  is asked at the stops of cells that run with them: Session.Attach, Evaluate
//	Name      a name that cells declared: Session.Names, Lookup; Session.Value gives its value
//
// Cells may import the packages of package compiled: their types come from their export
// data, their functions are the compiled ones. Generic functions and types of compiled
// packages are read from their source.
package eval
