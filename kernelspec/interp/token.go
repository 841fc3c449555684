package interp

import (
	"go/scanner"
	"go/token"
)

// tok is a token of a cell with its place in bytes.
type tok struct {
	kind       token.Token
	text       string
	start, end int
}

// tokens splits code, which may be wrong or end anywhere.
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
		if kind == token.SEMICOLON && text == "\n" {
			text = "" // inserted by the scanner
			if file.Offset(pos) >= len(code) {
				continue
			}
		} else if text == "" {
			text = kind.String()
		}
		start := file.Offset(pos)
		list = append(list, tok{kind, text, start, min(start+len(text), len(code))})
	}
}

// unfinished reports whether a token is a string or comment that does not end.
func (t tok) unfinished() bool {
	n := len(t.text)
	switch t.kind {
	case token.STRING, token.CHAR:
		return n < 2 || t.text[n-1] != t.text[0]
	case token.COMMENT:
		return t.text[1] == '/' || n < 4 || t.text[n-2:] != "*/"
	}
	return false
}

var opener = map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE}

// opening returns the index of the bracket that list[i] closes, -1 if there is none.
func opening(list []tok, i int) int {
	depth := 0
	for ; i >= 0; i-- {
		switch list[i].kind {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth++
		case token.LPAREN, token.LBRACK, token.LBRACE:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// enclosing returns the index of the innermost bracket that is open at the end.
func enclosing(list []tok) int {
	depth := 0
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i].kind {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth++
		case token.LPAREN, token.LBRACK, token.LBRACE:
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// operand returns the index at which the operand that ends with list[i] begins:
// "b" in "a + b", all of "f(x)[0].y".
func operand(list []tok, i int) int {
	for i >= 0 {
		switch list[i].kind {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			open := opening(list, i)
			if open < 0 {
				return i
			}
			if before := open - 1; before >= 0 && continues(list[before]) {
				i = before
				continue
			}
			return open
		case token.IDENT, token.STRING, token.INT, token.FLOAT:
			if i >= 2 && list[i-1].kind == token.PERIOD {
				i -= 2
				continue
			}
			return i
		default:
			return i + 1
		}
	}
	return 0
}

// continues reports whether a bracket after t belongs to the same operand.
func continues(t tok) bool {
	return t.kind == token.IDENT || t.kind == token.RPAREN || t.kind == token.RBRACK || t.kind == token.RBRACE
}
