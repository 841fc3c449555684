package eval

import (
	"go/scanner"
	"go/token"
)

// kind says what a piece of a cell is.
type kind int

const (
	statement kind = iota
	define         // names := values
	imports
	pkgClause
	declaration // type, const, var or func
	method
)

// piece is a top-level piece of a cell.
type piece struct {
	kind     kind
	off, end int             // bytes of the cell
	names    []string        // that a define, a func, or a method declares, as far as the tokens tell
	recv     string          // base type of a method's receiver
	op       int             // offset of := in a define
	words    map[string]bool // identifiers in the piece
	first    token.Token
}

// tokenAt is a token of a cell.
type tokenAt struct {
	off  int
	kind token.Token
	lit  string
}

// split cuts a cell into its top-level pieces.
func split(src string) ([]piece, scanner.ErrorList) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var errs scanner.ErrorList
	var sc scanner.Scanner
	sc.Init(file, []byte(src), func(p token.Position, msg string) { errs.Add(p, msg) }, 0)
	var pieces []piece
	var list []tokenAt
	depth, end := 0, 0
	header := false // between for, if or switch and its block, where semicolons do not end the piece
	flush := func() {
		for labelsDeclaration(list) {
			pieces = append(pieces, newPiece(list[:2], list[1].off+1))
			list = list[2:]
		}
		if len(list) > 0 {
			pieces = append(pieces, newPiece(list, end))
			list = nil
		}
	}
	for {
		pos, tok, lit := sc.Scan()
		off := file.Offset(pos)
		if tok == token.EOF {
			flush()
			return pieces, errs
		}
		if tok == token.SEMICOLON && depth == 0 && !(header && lit == ";") {
			header = false
			flush()
			continue
		}
		switch tok {
		case token.FOR, token.IF, token.SWITCH:
			header = header || depth == 0
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			header = header && !(tok == token.LBRACE && depth == 0)
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth = max(depth-1, 0)
		}
		list = append(list, tokenAt{off, tok, lit})
		if lit == "\n" && tok == token.SEMICOLON {
			continue
		}
		end = off + len(lit)
		if lit == "" {
			end = off + len(tok.String())
		} else if tok == token.STRING && lit[0] == '`' {
			end = rawEnd(src, off)
		}
	}
}

// rawEnd returns the end of a raw string, whose literal lacks its carriage returns.
func rawEnd(src string, off int) int {
	for i := off + 1; i < len(src); i++ {
		if src[i] == '`' {
			return i + 1
		}
	}
	return len(src)
}

// labelsDeclaration reports whether a piece begins with a label for what declares
// something: the label is a piece of its own.
func labelsDeclaration(list []tokenAt) bool {
	if len(list) < 4 || list[0].kind != token.IDENT || list[1].kind != token.COLON {
		return false
	}
	var p piece
	switch list[2].kind {
	case token.VAR, token.CONST, token.TYPE:
		return true
	case token.IDENT:
		p.definition(list[2:])
	}
	return p.kind == define || labelsDeclaration(list[2:])
}

func newPiece(list []tokenAt, end int) piece {
	p := piece{kind: statement, off: list[0].off, end: end, words: map[string]bool{}, first: list[0].kind}
	for _, t := range list {
		if t.kind == token.IDENT {
			p.words[t.lit] = true
		}
	}
	switch list[0].kind {
	case token.PACKAGE:
		p.kind = pkgClause
	case token.IMPORT:
		p.kind = imports
	case token.TYPE, token.CONST, token.VAR:
		p.kind = declaration
	case token.FUNC:
		p.function(list)
	case token.IDENT:
		p.definition(list)
	}
	return p
}

// function tells functions and methods from function literals.
func (p *piece) function(list []tokenAt) {
	if len(list) > 2 && list[1].kind == token.IDENT {
		p.kind, p.names = declaration, []string{list[1].lit}
		return
	}
	closing := closing(list, 1)
	if closing < 0 || closing+2 >= len(list) || list[closing+1].kind != token.IDENT || list[closing+2].kind != token.LPAREN {
		return
	}
	recv := receiver(list[2:closing])
	if recv == "" {
		return
	}
	p.kind, p.names, p.recv = method, []string{list[closing+1].lit}, recv
}

// receiver returns the base type of a receiver: T of "p *T[K, V]".
func receiver(list []tokenAt) (name string) {
	for _, t := range list {
		switch t.kind {
		case token.IDENT:
			name = t.lit
		case token.LBRACK:
			return name
		case token.MUL, token.LPAREN, token.RPAREN, token.PERIOD:
		default:
			return ""
		}
	}
	return name
}

// closing returns the index of the bracket that closes the one at open, or -1.
func closing(list []tokenAt, open int) int {
	depth := 0
	for i := open; i < len(list); i++ {
		switch list[i].kind {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// definition recognises "a, b := …".
func (p *piece) definition(list []tokenAt) {
	var names []string
	for i, t := range list {
		switch {
		case t.kind == token.IDENT && i%2 == 0:
			names = append(names, t.lit)
		case t.kind == token.COMMA && i%2 == 1:
		case t.kind == token.DEFINE && i%2 == 1:
			p.kind, p.names, p.op = define, names, t.off
			return
		default:
			return
		}
	}
}
