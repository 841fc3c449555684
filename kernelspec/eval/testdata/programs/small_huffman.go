// Huffman codes with a heap of nodes, encoding and decoding.
package main

import (
	"container/heap"
	"fmt"
	"strings"
)

type node struct {
	sym         rune
	n           int
	left, right *node
}
type pq []*node

func (p pq) Len() int           { return len(p) }
func (p pq) Less(i, j int) bool { return p[i].n < p[j].n || p[i].n == p[j].n && p[i].sym < p[j].sym }
func (p pq) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pq) Push(x any)        { *p = append(*p, x.(*node)) }
func (p *pq) Pop() (x any)      { x, *p = (*p)[len(*p)-1], (*p)[:len(*p)-1]; return }

func build(s string) *node {
	freq := map[rune]int{}
	for _, r := range s {
		freq[r]++
	}
	var p pq
	for r, n := range freq {
		p = append(p, &node{sym: r, n: n})
	}
	heap.Init(&p)
	for p.Len() > 1 {
		a, b := heap.Pop(&p).(*node), heap.Pop(&p).(*node)
		heap.Push(&p, &node{min(a.sym, b.sym), a.n + b.n, a, b})
	}
	return p[0]
}

func (n *node) codes(prefix string, out map[rune]string) map[rune]string {
	if n.left == nil {
		out[n.sym] = prefix
		return out
	}
	n.left.codes(prefix+"0", out)
	return n.right.codes(prefix+"1", out)
}

func (n *node) decode(bits string) (s string) {
	at := n
	for _, b := range bits {
		if at = map[rune]*node{'0': at.left, '1': at.right}[b]; at.left == nil {
			s += string(at.sym)
			at = n
		}
	}
	return
}

func main() {
	const text = "abracadabra"
	root := build(text)
	codes := root.codes("", map[rune]string{})
	var b strings.Builder
	for _, r := range text {
		b.WriteString(codes[r])
	}
	fmt.Println(b.Len(), root.decode(b.String()), root.n, len(codes), len(codes['a']))
}
