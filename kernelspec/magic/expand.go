package magic

import (
	"strconv"
	"strings"
)

// Names of the functions that magics are rewritten to; a Host has them. The one
// that stands in front of code is as long as the magic, so that columns stay right.
const (
	timeStart = "_t0();"
	timeEnd   = ";_t1()"
)

// Expand rewrites the magics of a cell to Go. Lines stay where they are.
func Expand(code string, known Known) string {
	lines := Lines(code, known)
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		end := l.End
		if takesBody(l.Name) {
			end = len(code)
		}
		code = code[:l.Start] + l.source(strings.TrimSpace(code[l.End:]) == "") + code[end:]
	}
	return code
}

// source returns the Go for a magic; last says that nothing follows.
func (l Line) source(last bool) string {
	arg := strings.TrimSpace(l.Arg)
	switch l.Name {
	case "%time":
		if last {
			return timeStart + l.Arg
		}
		return timeStart + l.Arg + timeEnd
	case "%%time":
		return timeStart + l.Arg
	case "!", "%who", "%rm", "%reset", "%test", "%bench", "%cd", "%env", "%help", "%debug", "?":
		return function[l.Name] + "(" + strconv.Quote(arg) + ")"
	case "%%bash":
		return "_script(" + strconv.Quote(l.Body) + ")"
	case "%%writefile":
		return "_write(" + strconv.Quote(arg) + ", " + strconv.Quote(l.Body) + ")"
	}
	return "_unknown(" + strconv.Quote(l.Name) + ")"
}

// function names what runs a magic; each takes the rest of the line.
var function = map[string]string{
	"!": "_sh", "%who": "_who", "%rm": "_rm", "%reset": "_reset", "%test": "_test", "%bench": "_bench",
	"%cd": "_cd", "%env": "_env", "%help": "_help", "%debug": "_debug", "?": "_what",
}

// Blank writes spaces over the magics of a cell and leaves the Go that it has, for
// who wants to know about that. Bytes stay where they are.
func Blank(code string, known Known) string {
	b := []byte(code)
	for _, l := range Lines(code, known) {
		end := l.End
		switch {
		case l.Name == "%time" || l.Name == "%%time" || l.Name == "?":
			end = l.ArgStart
			if l.Name == "?" {
				blank(b[l.ArgStart+len(l.Arg) : l.End])
			}
		case takesBody(l.Name):
			end = len(code)
		}
		blank(b[l.Start:end])
	}
	return string(b)
}

func blank(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}
