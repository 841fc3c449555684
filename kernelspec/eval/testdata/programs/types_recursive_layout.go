// Types that contain maps, arrays and structs of themselves keep what they refer to.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

type trie struct {
	kids map[rune]trie
	word *string
}

func (t *trie) add(w, rest string) {
	if t.kids == nil {
		t.kids = map[rune]trie{}
	}
	if rest == "" {
		t.word = &w
		return
	}
	r := rune(rest[0])
	kid := t.kids[r]
	kid.add(w, rest[1:])
	t.kids[r] = kid
}

func (t trie) walk(visit func(string)) {
	if t.word != nil {
		visit(*t.word)
	}
	for _, r := range "abcdefghijklmnopqrstuvwxyz" {
		if kid, ok := t.kids[r]; ok {
			kid.walk(visit)
		}
	}
}

type quad struct {
	name string
	kids *[4]quad
}

func grow(name string, depth int) quad {
	q := quad{name: strings.Clone(name)}
	if depth > 0 {
		q.kids = new([4]quad)
		for i := range q.kids {
			q.kids[i] = grow(fmt.Sprint(name, i), depth-1)
		}
	}
	return q
}

func (q quad) size() int {
	n := len(q.name)
	if q.kids != nil {
		for _, k := range q.kids {
			n += k.size()
		}
	}
	return n
}

type tree struct {
	edges []struct {
		n    int
		to   tree
		text string
	}
	next map[string]struct {
		tree
		v any
	}
	send chan struct{ t tree }
}

func build(depth int) (t tree) {
	t.next = map[string]struct {
		tree
		v any
	}{}
	t.send = make(chan struct{ t tree }, 1)
	for i := range 3 {
		var sub tree
		if depth > 0 {
			sub = build(depth - 1)
		}
		t.edges = append(t.edges, struct {
			n    int
			to   tree
			text string
		}{i, sub, fmt.Sprint("edge", depth, i)})
		t.next[fmt.Sprint("k", i)] = struct {
			tree
			v any
		}{sub, fmt.Sprint("v", depth, i)}
	}
	t.send <- struct{ t tree }{tree{edges: t.edges[:1]}}
	return t
}

func (t tree) count() (n int) {
	for _, e := range t.edges {
		n += len(e.text) + e.to.count()
	}
	for k, e := range t.next {
		n += len(k) + len(e.v.(string)) + e.tree.count()
	}
	select {
	case s := <-t.send:
		n += s.t.count()
		t.send <- s
	default:
	}
	return n
}

type (
	maps    [2]map[string]maps
	state   map[string]func(state) [2]state
	byKey   struct{ of map[[1]*byKey]byKey }
	generic [3]*box[generic]
)

type box[T any] struct {
	v    T
	kids map[string]box[T]
	in   []struct{ b box[T] }
}

func churn() {
	var keep [][]string
	for i := range 50 {
		keep = append(keep, strings.Split(strings.Repeat(fmt.Sprint(i, " "), 200), " "))
	}
	runtime.GC()
	_ = keep
}

func main() {
	type local struct {
		self map[int]local
		list []map[string][2]local
		f    func(local) map[int]local
	}
	l := local{self: map[int]local{1: {self: map[int]local{2: {}}}}, list: []map[string][2]local{{"x": {{}, {list: make([]map[string][2]local, 2)}}}}}
	var words trie
	for _, w := range strings.Fields("the quick brown fox jumps over the lazy dog then there them quit") {
		words.add(strings.Clone(w), w)
		churn()
	}
	q, t := grow("q", 4), build(3)
	m := maps{{"a": {{"b": {}}}}, {"c": {}}}
	b := box[string]{v: strings.Clone("top"), kids: map[string]box[string]{"k": {v: strings.Clone("kid"), in: []struct{ b box[string] }{{box[string]{v: strings.Clone("in")}}}}}}
	g := generic{{kids: map[string]box[generic]{"x": {}}}}
	k := &byKey{}
	k.of = map[[1]*byKey]byKey{{k}: {of: map[[1]*byKey]byKey{}}}
	s := state{"f": func(s state) [2]state { return [2]state{s, nil} }}
	churn()
	words.walk(func(w string) { fmt.Print(w, " ") })
	fmt.Println()
	fmt.Println(q.size(), t.count())
	fmt.Println(m, len(l.self[1].self), len(l.list[0]["x"][1].list))
	fmt.Println(b, len(g[0].kids), len(k.of[[1]*byKey{k}].of), len(s["f"](s)[0]))
}
