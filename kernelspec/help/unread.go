package help

import "go/token"

// Unread is a variable that gets the last result of a call at the top of a cell, and
// that nothing below looks at.
type Unread struct {
	Name  string
	Start int // byte of the cell
}

// UnreadResults lists the variables of a cell whose value from a call nobody looks at:
// err in "x, err := f()", unless it is mentioned later.
func UnreadResults(code string) []Unread {
	var found []Unread
	pieces := split(code, withoutComments(tokens(code)))
	for i, p := range pieces {
		if v, ok := p.lastResult(); ok && v.text != "_" && !mentioned(pieces[i+1:], v.text) {
			found = append(found, Unread{v.text, v.start})
		}
	}
	return found
}

// lastResult returns the last name on the left of "a, b := f()" or "a, b = f()".
func (p piece) lastResult() (name tok, ok bool) {
	at := 0
	for at < len(p.toks) && (p.toks[at].kind == token.IDENT || p.toks[at].kind == token.COMMA) {
		at++
	}
	if at == 0 || at == len(p.toks) || p.toks[at].kind != token.DEFINE && p.toks[at].kind != token.ASSIGN {
		return tok{}, false
	}
	return p.toks[at-1], isCall(p.toks[at+1:])
}

// isCall reports whether an expression is a call, other than one that makes an error.
func isCall(list []tok) bool {
	n := len(list)
	if n < 3 || list[0].kind == token.FUNC || list[n-1].kind != token.RPAREN {
		return false
	}
	depth := 0
	for i, t := range list {
		switch {
		case t.opens():
			if depth == 0 && t.kind == token.LPAREN && i > 0 && (list[i-1].text == "New" || list[i-1].text == "Errorf") {
				return false
			}
			depth++
		case t.closes():
			depth--
		case depth == 0 && t.kind != token.IDENT && t.kind != token.PERIOD:
			return false
		}
	}
	return true
}

func mentioned(pieces []piece, name string) bool {
	for _, p := range pieces {
		for _, t := range p.toks {
			if t.kind == token.IDENT && t.text == name {
				return true
			}
		}
	}
	return false
}

// LastPiece returns the byte at which the last statement or declaration of a cell
// begins.
func LastPiece(code string) int {
	pieces := split(code, withoutComments(tokens(code)))
	if len(pieces) == 0 {
		return 0
	}
	return pieces[len(pieces)-1].start
}
