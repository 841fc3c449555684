package main

import (
	"fmt"
	"sort"
	"strings"
)

type Matrix [][]float64

func (m Matrix) Mul(o Matrix) Matrix {
	r := make(Matrix, len(m))
	for i := range r {
		r[i] = make([]float64, len(o[0]))
		for j := range r[i] {
			for k := range o {
				r[i][j] += m[i][k] * o[k][j]
			}
		}
	}
	return r
}

type Graph map[string]map[string]int

func (g Graph) Add(a, b string, w int) {
	for _, p := range [][2]string{{a, b}, {b, a}} {
		if g[p[0]] == nil {
			g[p[0]] = map[string]int{}
		}
		g[p[0]][p[1]] = w
	}
}
func (g Graph) Dijkstra(s string) map[string]int {
	d := map[string]int{s: 0}
	done := map[string]bool{}
	for {
		best, bd := "", 1<<30
		for n, v := range d {
			if !done[n] && (v < bd || v == bd && n < best) {
				best, bd = n, v
			}
		}
		if best == "" {
			return d
		}
		done[best] = true
		for n, w := range g[best] {
			if old, ok := d[n]; !ok || bd+w < old {
				d[n] = bd + w
			}
		}
	}
}

type Token struct {
	kind byte
	val  float64
}
type Lexer struct {
	s   string
	pos int
}

func (l *Lexer) Next() (t Token, ok bool) {
	for l.pos < len(l.s) && l.s[l.pos] == ' ' {
		l.pos++
	}
	if l.pos >= len(l.s) {
		return
	}
	c := l.s[l.pos]
	if c >= '0' && c <= '9' {
		v := 0.0
		for ; l.pos < len(l.s) && l.s[l.pos] >= '0' && l.s[l.pos] <= '9'; l.pos++ {
			v = v*10 + float64(l.s[l.pos]-'0')
		}
		return Token{'n', v}, true
	}
	l.pos++
	return Token{kind: c}, true
}

type Node interface{ Eval() float64 }
type Num float64
type Bin struct {
	op   byte
	l, r Node
}

func (n Num) Eval() float64 { return float64(n) }
func (b *Bin) Eval() float64 {
	l, r := b.l.Eval(), b.r.Eval()
	switch b.op {
	case '+':
		return l + r
	case '-':
		return l - r
	case '*':
		return l * r
	}
	return l / r
}
func (b *Bin) String() string { return fmt.Sprintf("(%v %c %v)", b.l, b.op, b.r) }

type Parser struct {
	toks []Token
	i    int
}

func (p *Parser) peek() byte {
	if p.i < len(p.toks) {
		return p.toks[p.i].kind
	}
	return 0
}
func (p *Parser) expr() Node {
	n := p.term()
	for p.peek() == '+' || p.peek() == '-' {
		op := p.peek()
		p.i++
		n = &Bin{op, n, p.term()}
	}
	return n
}
func (p *Parser) term() Node {
	n := p.fact()
	for p.peek() == '*' || p.peek() == '/' {
		op := p.peek()
		p.i++
		n = &Bin{op, n, p.fact()}
	}
	return n
}
func (p *Parser) fact() Node {
	if p.peek() == '(' {
		p.i++
		n := p.expr()
		p.i++
		return n
	}
	t := p.toks[p.i]
	p.i++
	return Num(t.val)
}
func parse(s string) Node {
	l := &Lexer{s: s}
	p := &Parser{}
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		p.toks = append(p.toks, t)
	}
	return p.expr()
}

type LRU struct {
	cap   int
	order []string
	m     map[string]int
}

func (c *LRU) touch(k string) {
	for i, x := range c.order {
		if x == k {
			c.order = append(c.order[:i], c.order[i+1:]...)
			break
		}
	}
	c.order = append(c.order, k)
}
func (c *LRU) Put(k string, v int) {
	c.touch(k)
	c.m[k] = v
	if len(c.order) > c.cap {
		delete(c.m, c.order[0])
		c.order = c.order[1:]
	}
}
func permute(xs []int, f func([]int)) {
	if len(xs) < 2 {
		f(xs)
		return
	}
	var rec func(int)
	rec = func(k int) {
		if k == len(xs) {
			f(append([]int(nil), xs...))
			return
		}
		for i := k; i < len(xs); i++ {
			xs[k], xs[i] = xs[i], xs[k]
			rec(k + 1)
			xs[k], xs[i] = xs[i], xs[k]
		}
	}
	rec(0)
}
func sieve(n int) (ps []int) {
	comp := make([]bool, n+1)
	for i := 2; i <= n; i++ {
		if comp[i] {
			continue
		}
		ps = append(ps, i)
		for j := i * i; j <= n; j += i {
			comp[j] = true
		}
	}
	return
}
func queens(n int) (count int) {
	var place func(row int, cols, d1, d2 uint)
	place = func(row int, cols, d1, d2 uint) {
		if row == n {
			count++
			return
		}
		for avail := ^(cols | d1 | d2) & (1<<n - 1); avail != 0; avail &= avail - 1 {
			bit := avail & -avail
			place(row+1, cols|bit, (d1|bit)<<1, (d2|bit)>>1)
		}
	}
	place(0, 0, 0, 0)
	return
}
func main() {
	fmt.Println(Matrix{{1, 2}, {3, 4}}.Mul(Matrix{{0, 1}, {1, 0}}))
	g := Graph{}
	g.Add("a", "b", 4)
	g.Add("a", "c", 1)
	g.Add("c", "b", 2)
	g.Add("b", "d", 5)
	fmt.Println(g.Dijkstra("a"))
	n := parse("2 + 3 * (4 - 1) / 2 - 1")
	fmt.Println(n, n.Eval())
	c := LRU{cap: 2, m: map[string]int{}}
	c.Put("a", 1)
	c.Put("b", 2)
	c.Put("a", 3)
	c.Put("c", 4)
	fmt.Println(c)
	permute([]int{1, 2, 3}, func(p []int) { fmt.Print(p) })
	fmt.Println()
	fmt.Println(sieve(50), queens(6), queens(8))
	words := strings.Fields("the quick brown fox jumps over the lazy dog the end")
	freq := map[string]int{}
	for _, w := range words {
		freq[w]++
	}
	type kv struct {
		k string
		v int
	}
	var kvs []kv
	for k, v := range freq {
		kvs = append(kvs, kv{k, v})
	}
	sort.Slice(kvs, func(i, j int) bool { return kvs[i].v > kvs[j].v || kvs[i].v == kvs[j].v && kvs[i].k < kvs[j].k })
	fmt.Println(kvs[:3])
}
