package help

import (
	"go/token"
	"strings"
)

// kind says what a piece of a cell is.
type kind int

const (
	statement   kind = iota
	definition       // x := …
	declaration      // type, var, const or func
	imports
	clause // package main
)

// piece is a part of a cell at the top: a declaration or a statement.
type piece struct {
	kind   kind
	toks   []tok
	start  int // of its first token
	end    int // of its last
	define int // index in toks of the := of a definition
}

// split cuts a cell without its comments, which may be wrong, into pieces. A line that begins with a
// function declaration begins a piece, whatever is still open above it.
func split(code string, list []tok) []piece {
	var pieces []piece
	var now []tok
	depth := 0
	header := false // in the header of an if, for or switch, where semicolons end nothing
	flush := func() {
		if len(now) > 0 {
			pieces = append(pieces, newPiece(now))
		}
		now, depth, header = nil, 0, false
	}
	for i, t := range list {
		switch {
		case t.kind == token.SEMICOLON && depth == 0 && !(header && t.text == ";"):
			flush()
			continue
		case depth > 0 && (t.start == 0 || code[t.start-1] == '\n') && declares(list[i:]):
			flush()
		}
		now = append(now, t)
		switch {
		case t.kind == token.IF || t.kind == token.FOR || t.kind == token.SWITCH:
			header = header || depth == 0
		case t.opens():
			header = header && (depth > 0 || t.kind != token.LBRACE)
			depth++
		case t.closes() && depth > 0:
			depth--
		}
	}
	flush()
	return pieces
}

// declares reports whether tokens begin a function or method declaration.
func declares(list []tok) bool {
	if len(list) < 2 || list[0].kind != token.FUNC {
		return false
	}
	if list[1].kind == token.IDENT {
		return true
	}
	depth := 0
	for i, t := range list[1:] {
		if t.opens() {
			depth++
		} else if t.closes() {
			depth--
		}
		if depth == 0 {
			return t.kind == token.RPAREN && len(list) > i+2 && list[i+2].kind == token.IDENT
		}
	}
	return false
}

func newPiece(list []tok) piece {
	p := piece{toks: list, start: list[0].start, end: list[len(list)-1].end}
	switch list[0].kind {
	case token.PACKAGE:
		p.kind = clause
	case token.IMPORT:
		p.kind = imports
	case token.TYPE, token.VAR, token.CONST:
		p.kind = declaration
	case token.FUNC:
		if declares(list) {
			p.kind = declaration
		}
	case token.IDENT:
		for i, t := range list {
			if t.kind == token.DEFINE {
				p.kind, p.define = definition, i
				break
			}
			if t.kind != token.IDENT && t.kind != token.COMMA {
				break
			}
		}
	}
	return p
}

// names returns the names that a definition declares.
func (p piece) names() []string {
	var names []string
	for _, t := range p.toks[:p.define] {
		if t.kind == token.IDENT {
			names = append(names, t.text)
		}
	}
	return names
}

// mentions reports whether the value of a definition uses one of its own names.
func (p piece) mentions(names []string) bool {
	for i, t := range p.toks[p.define:] {
		if t.kind != token.IDENT || p.toks[p.define+i-1].kind == token.PERIOD {
			continue
		}
		for _, n := range names {
			if t.text == n {
				return true
			}
		}
	}
	return false
}

// declaredBelow returns the declarations of functions, types and values that
// begin at the start of a line behind the line of a byte offset.
func declaredBelow(code string, at int) []piece {
	for {
		n := strings.IndexByte(code[at:], '\n')
		if n < 0 {
			return nil
		}
		at += n + 1
		line, _, _ := strings.Cut(code[at:], "\n")
		if first, _, _ := strings.Cut(line, " "); first == "func" || first == "type" || first == "var" || first == "const" {
			break
		}
	}
	list := withoutComments(tokens(code[at:]))
	for i := range list {
		list[i].start += at
		list[i].end += at
	}
	var below []piece
	for _, p := range split(code, list) {
		if p.kind == declaration && len(p.toks) > 2 {
			below = append(below, p)
		}
	}
	return below
}
