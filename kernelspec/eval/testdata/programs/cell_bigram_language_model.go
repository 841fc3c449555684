// Counting pairs of words, sampling from weights, perplexity and sorted output.
package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

type Bigram struct{ a, b string }
type Model struct {
	pairs  map[Bigram]int
	totals map[string]int
	vocab  map[string]struct{}
}

func Train(text string) *Model {
	m := &Model{map[Bigram]int{}, map[string]int{}, map[string]struct{}{}}
	prev := "^"
	for _, w := range strings.Fields(text) {
		m.pairs[Bigram{prev, w}]++
		m.totals[prev]++
		m.vocab[w] = struct{}{}
		prev = w
		if strings.HasSuffix(w, ".") {
			prev = "^"
		}
	}
	return m
}

func (m *Model) P(a, b string) float64 {
	return float64(m.pairs[Bigram{a, b}]+1) / float64(m.totals[a]+len(m.vocab))
}

func (m *Model) Perplexity(words ...string) float64 {
	s, prev := 0.0, "^"
	for _, w := range words {
		s -= math.Log(m.P(prev, w))
		prev = w
	}
	return math.Exp(s / float64(len(words)))
}

func (m *Model) Top(n int) (out []string) {
	bs := slices.SortedFunc(maps.Keys(m.pairs), func(x, y Bigram) int {
		return cmp.Or(-cmp.Compare(m.pairs[x], m.pairs[y]), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	for _, b := range bs[:min(n, len(bs))] {
		out = append(out, fmt.Sprintf("%s %s:%d", b.a, b.b, m.pairs[b]))
	}
	return
}

func (m *Model) Generate(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 0))
	var out []string
	prev := "^"
	for range n {
		var next []string
		for b, k := range m.pairs {
			if b.a == prev {
				for range k {
					next = append(next, b.b)
				}
			}
		}
		if len(next) == 0 {
			break
		}
		slices.Sort(next)
		prev = next[r.IntN(len(next))]
		out = append(out, prev)
	}
	return out
}

func main() {
	m := Train("the cat sat on the mat. the dog sat on the cat. a cat ran.")
	fmt.Println(m.Top(4), len(m.vocab))
	fmt.Printf("%.4f %.4f\n", m.P("the", "cat"), m.P("the", "zebra"))
	fmt.Printf("%.3f %.3f\n", m.Perplexity("the", "cat", "sat"), m.Perplexity("mat", "the", "a"))
	fmt.Println(m.Generate(1, 8), reflect.DeepEqual(m.Generate(5, 5), m.Generate(5, 5)))
}
