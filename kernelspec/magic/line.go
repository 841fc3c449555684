package magic

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// Line is a magic in a cell. A magic of a whole cell has the rest of the cell as
// its body.
type Line struct {
	Start, End int    // bytes of the cell, without the end of the line
	Name       string // with its mark: "%who", "%%bash", "!", "?"
	Arg        string
	ArgStart   int
	Body       string // of %%bash, %%writefile and unknown cell magics
}

// Known tells whether a cell may use a name: "!ok" is Go if ok is known.
type Known func(name string) bool

// takesBody reports whether the code below a cell magic is no Go.
func takesBody(name string) bool { return strings.HasPrefix(name, "%%") && name != "%%time" }

// Lines finds the magics of a cell, in order.
func Lines(code string, known Known) []Line {
	if !strings.ContainsAny(code, "%!?") {
		return nil
	}
	if l, ok := cellMagic(code); ok {
		return []Line{l}
	}
	if l, ok := question(code); ok {
		return []Line{l}
	}
	var found []Line
	skip := 0 // the rest of a magic's line is no Go
	begins := true
	for _, t := range tokens(code) {
		if t.start < skip {
			begins = true
			continue
		}
		isMark := t.kind == token.REM || t.kind == token.NEQ || t.kind == token.NOT && !isExpression(lineAt(code, t.start), known)
		if begins && isMark && strings.TrimSpace(code[lineStart(code, t.start):t.start]) == "" {
			l := newLine(code, t.start)
			found = append(found, l)
			skip = l.End
		}
		begins = t.kind == token.SEMICOLON || t.kind == token.LBRACE || t.kind == token.RBRACE || t.kind == token.COMMENT
	}
	return found
}

// newLine reads the magic that begins at a byte offset.
func newLine(code string, at int) Line {
	text := lineAt(code, at)
	l := Line{Start: at, End: at + len(text)}
	if text[0] == '!' {
		l.Name, l.Arg = "!", text[1:]
	} else {
		l.Name, l.Arg, _ = strings.Cut(text, " ")
	}
	l.ArgStart = l.End - len(l.Arg)
	return l
}

// cellMagic returns the magic of a whole cell, on its first line that is not empty.
func cellMagic(code string) (Line, bool) {
	at := len(code) - len(strings.TrimLeft(code, " \t\n"))
	if !strings.HasPrefix(code[at:], "%%") {
		return Line{}, false
	}
	l := newLine(code, at)
	if !takesBody(l.Name) {
		return Line{}, false
	}
	if l.End < len(code) {
		l.Body = code[l.End+1:]
	}
	return l, true
}

// question returns the question that a cell of one line is: ?name, name? or name??.
func question(code string) (Line, bool) {
	at := len(code) - len(strings.TrimLeft(code, " \t\n"))
	text := strings.TrimSpace(code)
	if strings.Contains(text, "\n") || !strings.HasPrefix(text, "?") && !strings.HasSuffix(text, "?") {
		return Line{}, false
	}
	name := strings.TrimSpace(strings.Trim(text, "?"))
	for _, part := range strings.Split(name, ".") {
		if !token.IsIdentifier(part) && !token.IsKeyword(part) {
			return Line{}, false
		}
	}
	return Line{Start: at, End: at + len(text), Name: "?", Arg: name, ArgStart: at + strings.Index(text, name)}, true
}

// isExpression reports whether a line such as "!ok" is Go: it parses, and its first
// name is known.
func isExpression(line string, known Known) bool {
	if _, err := parser.ParseExpr(line); err != nil {
		return false
	}
	for _, t := range tokens(line) {
		if t.kind == token.IDENT {
			return known != nil && known(t.text)
		}
	}
	return true
}

// tok is a token of Go with its place in bytes.
type tok struct {
	kind  token.Token
	text  string
	start int
}

func tokens(code string) []tok {
	file := token.NewFileSet().AddFile("", 1, len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), func(token.Position, string) {}, scanner.ScanComments)
	var list []tok
	for {
		pos, kind, text := s.Scan()
		if kind == token.EOF {
			return list
		}
		list = append(list, tok{kind, text, file.Offset(pos)})
	}
}

func lineStart(code string, at int) int { return strings.LastIndexByte(code[:at], '\n') + 1 }

func lineAt(code string, at int) string {
	line, _, _ := strings.Cut(code[at:], "\n")
	return line
}
