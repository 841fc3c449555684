package help

import (
	"go/parser"
	"go/token"
	"strings"

	"axn/kernelspec/magic"
)

// IsComplete tells whether a cell can be run as it is: "complete", "incomplete",
// with the indent of its next line, or "invalid". A line after whose last token Go
// ends no statement goes on, and so does one with an open bracket.
func IsComplete(nb Notebook, code string) (status, indent string) {
	code = magic.Blank(code, knownIn(nb))
	list := tokens(code)
	if n := len(list); n > 0 && list[n-1].unfinished() && (list[n-1].text[0] == '`' || strings.HasPrefix(list[n-1].text, "/*")) {
		return "incomplete", ""
	}
	list = withoutComments(list)
	if misplaced(list) {
		return "invalid", ""
	}
	if n := len(list); n > 0 && (enclosing(list) >= 0 || list[n-1].goesOn()) {
		return "incomplete", nextIndent(code)
	}
	if !parses(code, list) {
		return "invalid", ""
	}
	return "complete", ""
}

// misplaced reports whether a bracket closes what is not open.
func misplaced(list []tok) bool {
	opener := map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE}
	var open []token.Token
	for _, t := range list {
		switch {
		case t.opens():
			open = append(open, t.kind)
		case t.closes():
			if len(open) == 0 || open[len(open)-1] != opener[t.kind] {
				return true
			}
			open = open[:len(open)-1]
		}
	}
	return false
}

// parses reports whether every piece of a cell is Go.
func parses(code string, list []tok) bool {
	for _, p := range split(code, list) {
		text := code[p.start:p.end] + "\n"
		switch p.kind {
		case clause:
		case imports, declaration:
			text = "package main\n" + text
		default:
			text = "package main\nfunc _() {\n" + text + "}\n"
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution); err != nil {
			return false
		}
	}
	return true
}

// nextIndent is the indent of the last line, one deeper if that opens a bracket.
func nextIndent(code string) string {
	line := code[strings.LastIndexByte(code, '\n')+1:]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if line = strings.TrimRight(line, " \t"); line != "" && strings.ContainsRune("{([", rune(line[len(line)-1])) {
		indent += "\t"
	}
	return indent
}
