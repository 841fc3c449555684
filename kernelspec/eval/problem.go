package eval

import (
	"errors"
	"go/types"
	"slices"
	"strings"
)

// maxProblems is how many problems of a cell are told.
const maxProblems = 10

// relaxed reports whether an error of go/types is one that notebooks need to pass.
func (c *checker) relaxed(err error, pt *part) bool {
	var e types.Error
	if !errors.As(err, &e) {
		return true
	}
	text := e.Msg
	if strings.HasPrefix(text, unkeyed) && ofCell(text) {
		c.keyless = true
		return true
	}
	if strings.HasPrefix(text, "label ") && pt.jumpsTo(text) {
		return true
	}
	if strings.HasPrefix(text, "cannot define new methods on non-local type ") && pt.isLate(e.Pos) {
		return true
	}
	if strings.HasPrefix(text, `"`) && strings.HasSuffix(text, "and not used") {
		return !c.unit.program || !e.Pos.IsValid() // it is no import of the program
	}
	return !c.unit.program && strings.HasPrefix(text, "declared and not used")
}

// problem takes an error of go/types.
func (c *checker) problem(err error) {
	var e types.Error
	if !errors.As(err, &e) {
		return
	}
	list := c.unit.Problems
	text := reworded(e.Msg)
	if strings.HasPrefix(text, "\t") && len(list) > 0 { // goes on about the last one
		list[len(list)-1].Message += "\n" + text
		return
	}
	c.at[len(list)] = e.Pos
	c.unit.Problems = append(list, Problem{c.unit.src.frame(e.Pos), text})
}

// reworded says what go/types says of what stands for the text of the cell, as it says it of
// that.
func reworded(text string) string {
	if strings.HasPrefix(text, "in call to "+showName+", cannot infer ") {
		return "cannot use a generic function without instantiation"
	}
	if name, ok := strings.CutSuffix(text, " - must be func"); ok && strings.HasPrefix(name, "cannot declare ") {
		return text + ": choose another name"
	}
	return plain(strings.ReplaceAll(text, " in argument to "+showName, ""))
}

// plain takes out of a message what only the evaluator knows: hidden names, and that
// each cell is a package.
func plain(text string) string {
	for {
		before, after, ok := strings.Cut(text, hidden)
		if !ok {
			break
		}
		if number, rest, ok := strings.Cut(after, hidden); ok && strings.Trim(number, "0123456789") == "" {
			after = rest
		}
		text = before + after
	}
	text = strings.ReplaceAll(text, `"main".`, "")
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "main.")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if n := len(before); n > 0 && (before[n-1] == '.' || before[n-1] == '_' || before[n-1] >= '0' && before[n-1] <= 'z') && before[n-1] != ']' && before[n-1] != '[' {
			b.WriteString("main.")
		}
		text = after
	}
}

// undefined tells of the names that mean nothing in the values which define them. To go/types
// they are variables of a package, which it says to lie on a cycle.
func (c *checker) undefined(pt *part, known int) {
	if len(pt.undefined) == 0 {
		return
	}
	list := slices.DeleteFunc(c.unit.Problems[known:], func(p Problem) bool { return strings.HasPrefix(p.Message, "initialization cycle") })
	for _, id := range pt.undefined {
		list = append(list, Problem{c.unit.src.frame(id.Pos()), "undefined: " + id.Name})
	}
	c.unit.Problems = append(c.unit.Problems[:known:known], list...)
	clear(c.at) // their indices have changed
}
