package eval

import (
	"go/scanner"
	"go/token"
	"strings"
)

// IsComplete tells whether a cell can be run as it is: "complete", "incomplete", with
// the indent of its next line, or "invalid".
func (s *Session) IsComplete(code string) (status, indent string) {
	file := token.NewFileSet().AddFile("", -1, len(code))
	var errs scanner.ErrorList
	var sc scanner.Scanner
	sc.Init(file, []byte(code), func(p token.Position, msg string) { errs.Add(p, msg) }, 0)
	var open []token.Token
	last := token.SEMICOLON
	for {
		_, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			open = append(open, tok)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(open) == 0 || open[len(open)-1] != opener[tok] {
				return "invalid", ""
			}
			open = open[:len(open)-1]
		}
		if tok != token.SEMICOLON || lit == ";" {
			last = tok
		}
	}
	for _, e := range errs {
		if strings.Contains(e.Msg, "raw string literal not terminated") || strings.Contains(e.Msg, "comment not terminated") {
			return "incomplete", ""
		}
	}
	if len(errs) > 0 {
		return "invalid", ""
	}
	if len(open) > 0 || continues(last) {
		return "incomplete", nextIndent(code)
	}
	pieces, _ := split(code)
	p := partParser{s: s, src: newSource(token.NewFileSet(), "", code)}
	p.parse(pieces)
	if len(p.problems) > 0 {
		return "invalid", ""
	}
	return "complete", ""
}

var opener = map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACE: token.LBRACE, token.RBRACK: token.LBRACK}

// continues reports whether a line that ends in a token goes on in the next one.
func continues(t token.Token) bool {
	switch t {
	case token.INC, token.DEC, token.RPAREN, token.RBRACE, token.RBRACK, token.SEMICOLON, token.ARROW:
		return t == token.ARROW
	case token.IMPORT, token.CONST, token.TYPE, token.VAR, token.FUNC, token.PACKAGE, token.IF, token.FOR, token.SWITCH, token.SELECT, token.GO, token.DEFER, token.RANGE, token.CASE, token.ELSE, token.MAP, token.CHAN, token.STRUCT, token.INTERFACE:
		return true
	}
	return t.IsOperator()
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
