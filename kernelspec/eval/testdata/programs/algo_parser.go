// A tokenizer, a recursive-descent parser to a tree of nodes, and an evaluator.
package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

type Node interface {
	Eval(env map[string]float64) (float64, error)
}
type Num float64
type Var string
type Bin struct {
	Op   byte
	L, R Node
}
type Call struct {
	Fn   string
	Args []Node
}

func (n Num) Eval(map[string]float64) (float64, error) { return float64(n), nil }
func (v Var) Eval(env map[string]float64) (float64, error) {
	if x, ok := env[string(v)]; ok {
		return x, nil
	}
	return 0, fmt.Errorf("unknown %q", string(v))
}
func (b *Bin) Eval(env map[string]float64) (float64, error) {
	l, err := b.L.Eval(env)
	if err != nil {
		return 0, err
	}
	r, err := b.R.Eval(env)
	if err != nil {
		return 0, err
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
			return 0, errors.New("division by zero")
		}
		return l / r, nil
	}
	return math.Pow(l, r), nil
}
func (c Call) Eval(env map[string]float64) (float64, error) {
	f, ok := map[string]func(...float64) float64{"max": func(x ...float64) float64 { return slices.Max(x) }, "sqrt": func(x ...float64) float64 { return math.Sqrt(x[0]) }}[c.Fn]
	if !ok {
		return 0, fmt.Errorf("no function %s", c.Fn)
	}
	var a []float64
	for _, n := range c.Args {
		v, err := n.Eval(env)
		if err != nil {
			return 0, err
		}
		a = append(a, v)
	}
	return f(a...), nil
}

type parser struct {
	s   string
	pos int
}
type syntaxError struct{ pos int }

func (e syntaxError) Error() string { return fmt.Sprintf("syntax error at %d", e.pos) }

func (p *parser) peek() byte {
	for p.pos < len(p.s) && p.s[p.pos] == ' ' {
		p.pos++
	}
	if p.pos == len(p.s) {
		return 0
	}
	return p.s[p.pos]
}
func (p *parser) binary(prec int) Node {
	l := p.unary()
	for {
		op := p.peek()
		q := strings.IndexByte("+-*/^", op)/2 + 1
		if op == 0 || strings.IndexByte("+-*/^", op) < 0 || q < prec {
			return l
		}
		p.pos++
		l = &Bin{op, l, p.binary(q + 1)}
	}
}
func (p *parser) unary() Node {
	switch c := p.peek(); {
	case c == '-':
		p.pos++
		return &Bin{'-', Num(0), p.unary()}
	case c == '(':
		p.pos++
		n := p.binary(1)
		p.expect(')')
		return n
	case c >= '0' && c <= '9':
		i := p.pos
		for p.pos < len(p.s) && strings.ContainsRune("0123456789.", rune(p.s[p.pos])) {
			p.pos++
		}
		f, _ := strconv.ParseFloat(p.s[i:p.pos], 64)
		return Num(f)
	case unicode.IsLetter(rune(c)):
		i := p.pos
		for p.pos < len(p.s) && unicode.IsLetter(rune(p.s[p.pos])) {
			p.pos++
		}
		name := p.s[i:p.pos]
		if p.peek() != '(' {
			return Var(name)
		}
		call := Call{Fn: name}
		for p.pos++; p.peek() != ')'; {
			call.Args = append(call.Args, p.binary(1))
			if p.peek() == ',' {
				p.pos++
			}
		}
		p.pos++
		return call
	}
	panic(syntaxError{p.pos})
}
func (p *parser) expect(c byte) {
	if p.peek() != c {
		panic(syntaxError{p.pos})
	}
	p.pos++
}

func Parse(s string) (n Node, err error) {
	defer func() {
		if e, ok := recover().(syntaxError); ok {
			err = e
		}
	}()
	p := &parser{s: s}
	n = p.binary(1)
	if p.peek() != 0 {
		panic(syntaxError{p.pos})
	}
	return n, nil
}

func main() {
	env := map[string]float64{"x": 3, "pi": math.Pi}
	for _, s := range []string{"1 + 2*3", "(1+2)*3 - -x", "2^3^1/4", "max(x, 7, 1) + sqrt(16)", "y + 1", "1 / (x - 3)", "1 + * 2", "f(1)", "(1"} {
		n, err := Parse(s)
		if err != nil {
			fmt.Println(s, "=>", err)
			continue
		}
		v, err := n.Eval(env)
		fmt.Println(s, "=", v, err)
	}
	n, _ := Parse("x*2+1")
	fmt.Printf("%T %+v\n", n, n.(*Bin).R)
}
