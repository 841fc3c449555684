package help

import (
	"go/scanner"
	"go/token"
)

// tok is a token of a cell with its place in bytes.
type tok struct {
	kind       token.Token
	text       string // empty: a semicolon that Go inserts at the end of a line
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
		start := file.Offset(pos)
		if kind == token.EOF {
			return list
		}
		switch {
		case kind == token.SEMICOLON && text == "\n":
			text = ""
			if start >= len(code) {
				continue
			}
		case text == "":
			text = kind.String()
		}
		list = append(list, tok{kind, text, start, min(start+len(text), len(code))})
	}
}

// unfinished reports whether a token is a string or comment that goes on behind
// the end of the code.
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

func (t tok) opens() bool {
	return t.kind == token.LPAREN || t.kind == token.LBRACK || t.kind == token.LBRACE
}

func (t tok) closes() bool {
	return t.kind == token.RPAREN || t.kind == token.RBRACK || t.kind == token.RBRACE
}

func (t tok) isName() bool { return t.kind == token.IDENT || t.kind.IsKeyword() }

// enclosing returns the index of the innermost bracket that is open at the end,
// -1 if there is none.
func enclosing(list []tok) int {
	depth := 0
	for i := len(list) - 1; i >= 0; i-- {
		switch {
		case list[i].closes():
			depth++
		case list[i].opens():
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// closers returns what ends the code behind some tokens: the bodies that headers
// such as "for x := range xs" wait for, the calls that go and defer want, and the
// brackets that are open.
func closers(list []tok) string {
	type level struct {
		bracket token.Token
		header  bool // an if, for, switch or select that has no body yet
		call    bool // a go or defer
	}
	levels := []level{{}}
	for _, t := range list {
		top := &levels[len(levels)-1]
		switch {
		case t.kind == token.IF || t.kind == token.FOR || t.kind == token.SWITCH || t.kind == token.SELECT:
			top.header = true
		case t.kind == token.GO || t.kind == token.DEFER:
			top.call = true
		case t.kind == token.SEMICOLON:
			top.call = false
		case t.kind == token.LBRACE && top.header && top.bracket != token.LPAREN && top.bracket != token.LBRACK:
			top.header = false
			fallthrough
		case t.opens():
			levels = append(levels, level{bracket: t.kind})
		case t.closes() && len(levels) > 1:
			levels = levels[:len(levels)-1]
		}
	}
	ends := map[token.Token]string{token.LPAREN: ")", token.LBRACK: "]", token.LBRACE: "\n}"}
	text := ""
	for i := len(levels) - 1; i >= 0; i-- {
		if levels[i].header {
			text += " {\n}"
		}
		if levels[i].call {
			text += "()"
		}
		text += ends[levels[i].bracket]
	}
	return text
}
