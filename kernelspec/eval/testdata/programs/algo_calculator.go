package main

import (
	"fmt"
	"os"
	"strings"
)

// an interpreter: many types, interfaces, closures, maps of funcs
type TokenKind int

const (
	EOF TokenKind = iota
	NUM
	ID
	OP
	LP
	RP
)

//go:generate stringer
func (k TokenKind) String() string {
	return map[TokenKind]string{EOF: "EOF", NUM: "NUM", ID: "ID", OP: "OP", LP: "(", RP: ")"}[k]
}

type Token struct {
	Kind TokenKind
	Text string
	Pos  int
}
type Lexer struct {
	src  []rune
	pos  int
	toks []Token
}
type stateFn func(*Lexer) stateFn

func lexAny(l *Lexer) stateFn {
	if l.pos >= len(l.src) {
		l.emit(EOF, l.pos)
		return nil
	}
	switch r := l.src[l.pos]; {
	case r == ' ':
		l.pos++
		return lexAny
	case '0' <= r && r <= '9':
		return lexNum
	case 'a' <= r && r <= 'z', r == '_':
		return lexID
	case strings.ContainsRune("+-*/^=,", r):
		l.pos++
		l.emit(OP, l.pos-1)
	case r == '(':
		l.pos++
		l.emit(LP, l.pos-1)
	case r == ')':
		l.pos++
		l.emit(RP, l.pos-1)
	default:
		panic(fmt.Errorf("pos %d: unexpected %q", l.pos, r))
	}
	return lexAny
}
func lexNum(l *Lexer) stateFn {
	st := l.pos
	for l.pos < len(l.src) && (l.src[l.pos] >= '0' && l.src[l.pos] <= '9' || l.src[l.pos] == '.') {
		l.pos++
	}
	l.emit(NUM, st)
	return lexAny
}
func lexID(l *Lexer) stateFn {
	st := l.pos
	for l.pos < len(l.src) && (l.src[l.pos] >= 'a' && l.src[l.pos] <= 'z' || l.src[l.pos] == '_') {
		l.pos++
	}
	l.emit(ID, st)
	return lexAny
}
func (l *Lexer) emit(k TokenKind, st int) {
	l.toks = append(l.toks, Token{k, string(l.src[st:l.pos]), st})
}
func Lex(s string) (t []Token, err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	l := &Lexer{src: []rune(s)}
	for st := stateFn(lexAny); st != nil; {
		st = st(l)
	}
	return l.toks, nil
}

type Node interface {
	Eval(*Env) (Value, error)
	fmt.Stringer
}
type (
	Value = float64
	Num   struct{ V Value }
	Var   struct{ Name string }
	Bin   struct {
		Op   byte
		L, R Node
	}
	Call struct {
		Fn   string
		Args []Node
	}
	Assign struct {
		Var
		X Node
	}
)
type Env struct {
	vars  map[string]Value
	funcs map[string]func(...Value) (Value, error)
	outer *Env
}
type UndefinedError struct{ Name string }

func (u UndefinedError) Error() string { return "undefined " + u.Name }

func (e *Env) Get(n string) (v Value, err error) {
	for ; e != nil; e = e.outer {
		if v, ok := e.vars[n]; ok {
			return v, nil
		}
	}
	return 0, UndefinedError{n}
}
func (n Num) Eval(*Env) (Value, error)   { return n.V, nil }
func (v Var) Eval(e *Env) (Value, error) { return e.Get(v.Name) }
func (a Assign) Eval(e *Env) (v Value, err error) {
	if v, err = a.X.Eval(e); err == nil {
		e.vars[a.Name] = v
	}
	return
}
func (b Bin) Eval(e *Env) (v Value, err error) {
	l, err := b.L.Eval(e)
	if err != nil {
		return 0, err
	}
	r, err := b.R.Eval(e)
	if err != nil {
		return
	}
	switch b.Op {
	case '+':
		return l + r, nil
	case '-':
		return l - r, nil
	case '*':
		return l * r, nil
	case '/':
		if r == 0 {
			return 0, fmt.Errorf("division by zero in %v", b)
		}
		return l / r, nil
	}
	panic("op " + string(b.Op))
}
func (c Call) Eval(e *Env) (Value, error) {
	f, ok := e.funcs[c.Fn]
	if !ok {
		return 0, fmt.Errorf("call: %w", UndefinedError{c.Fn})
	}
	args := make([]Value, len(c.Args))
	for i, a := range c.Args {
		var err error
		if args[i], err = a.Eval(e); err != nil {
			return 0, err
		}
	}
	return f(args...)
}
func (n Num) String() string    { return fmt.Sprint(n.V) }
func (v Var) String() string    { return v.Name }
func (b Bin) String() string    { return fmt.Sprintf("(%v %c %v)", b.L, b.Op, b.R) }
func (c Call) String() string   { return fmt.Sprintf("%s%v", c.Fn, c.Args) }
func (a Assign) String() string { return a.Var.String() + " = " + a.X.String() }

type Parser struct {
	toks []Token
	p    int
}

var prec = map[string]int{"=": 0, "+": 1, "-": 1, "*": 2, "/": 2}

func (p *Parser) peek() Token { return p.toks[p.p] }
func (p *Parser) next() Token { defer func() { p.p++ }(); return p.peek() }
func (p *Parser) expr(min int) Node {
	lhs := p.atom()
	for t := p.peek(); t.Kind == OP; t = p.peek() {
		pr, ok := prec[t.Text]
		if !ok || pr < min {
			break
		}
		p.next()
		if t.Text == "=" {
			v, ok := lhs.(Var)
			if !ok {
				panic(fmt.Errorf("cannot assign to %v (%T)", lhs, lhs))
			}
			return Assign{v, p.expr(0)}
		}
		lhs = Bin{t.Text[0], lhs, p.expr(pr + 1)}
	}
	return lhs
}
func (p *Parser) atom() Node {
	switch t := p.next(); t.Kind {
	case NUM:
		var f float64
		fmt.Sscan(t.Text, &f)
		return Num{f}
	case ID:
		if p.peek().Kind == LP {
			p.next()
			var args []Node
			for p.peek().Kind != RP {
				args = append(args, p.expr(1))
				if p.peek().Text == "," {
					p.next()
				}
			}
			p.next()
			return Call{t.Text, args}
		}
		return Var{t.Text}
	case LP:
		defer p.next()
		return p.expr(0)
	default:
		panic(fmt.Errorf("unexpected %v at %d", t.Kind, t.Pos))
	}
}
func Parse(s string) (n Node, err error) {
	toks, err := Lex(s)
	if err != nil {
		return nil, fmt.Errorf("lex: %w", err)
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("parse: %w", r)
		default:
			panic(r)
		}
	}()
	return (&Parser{toks: toks}).expr(0), nil
}

func main() {
	global := &Env{vars: map[string]Value{"pi": 3.14}}
	env := &Env{vars: map[string]Value{}, outer: global, funcs: map[string]func(...Value) (Value, error){
		"max": func(v ...Value) (Value, error) {
			if len(v) == 0 {
				return 0, fmt.Errorf("max of none")
			}
			m := v[0]
			for _, x := range v[1:] {
				m = max(m, x)
			}
			return m, nil
		},
	}}
	for _, s := range []string{"1+2*3", "x = (1+2)*3", "x/2 - pi", "max(x, 2*x, 3)", "max()", "nope(1)", "y", "1/(x-9)", "3 = 4", "2 $ 3", "(", "a_b = b_a = 7"} {
		n, err := Parse(s)
		if err != nil {
			fmt.Fprintln(os.Stdout, s, "->", err)
			continue
		}
		v, err := n.Eval(env)
		fmt.Printf("%s -> %v (%T) = %v %v\n", s, n, n, v, err)
	}
	fmt.Println(env.vars, NUM, []TokenKind{LP, EOF}, Token{OP, "+", 3})
}
