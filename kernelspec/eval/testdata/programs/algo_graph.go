// Breadth-first search, Dijkstra, topological order and union-find.
package main

import (
	"fmt"
	"maps"
	"slices"
)

type Graph[N comparable] map[N][]Edge[N]
type Edge[N comparable] struct {
	To N
	W  int
}

func (g Graph[N]) Add(a, b N, w int) { g[a] = append(g[a], Edge[N]{b, w}) }

func (g Graph[N]) BFS(from N) (order []N) {
	seen := map[N]bool{from: true}
	for queue := []N{from}; len(queue) > 0; {
		n := queue[0]
		queue = queue[1:]
		order = append(order, n)
		for _, e := range g[n] {
			if !seen[e.To] {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return
}

func (g Graph[N]) Dist(from N) map[N]int {
	d, done := map[N]int{from: 0}, map[N]bool{}
	for {
		best, found := from, false
		for n, x := range d {
			if !done[n] && (!found || x < d[best]) {
				best, found = n, true
			}
		}
		if !found {
			return d
		}
		done[best] = true
		for _, e := range g[best] {
			if old, ok := d[e.To]; !ok || d[best]+e.W < old {
				d[e.To] = d[best] + e.W
			}
		}
	}
}

type sets []int

func (s sets) find(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}
func (s sets) join(i, j int) bool {
	i, j = s.find(i), s.find(j)
	s[i] = j
	return i != j
}

func topo(deps map[string][]string) (order []string, err error) {
	state := map[string]int{}
	var visit func(string) error
	visit = func(n string) error {
		switch state[n] {
		case 1:
			return fmt.Errorf("cycle at %s", n)
		case 2:
			return nil
		}
		state[n] = 1
		for _, d := range deps[n] {
			if err := visit(d); err != nil {
				return err
			}
		}
		state[n] = 2
		order = append(order, n)
		return nil
	}
	for _, n := range slices.Sorted(maps.Keys(deps)) {
		if err := visit(n); err != nil {
			return nil, err
		}
	}
	return
}

func main() {
	g := Graph[string]{}
	for _, e := range []struct {
		a, b string
		w    int
	}{{"a", "b", 7}, {"a", "c", 3}, {"c", "b", 1}, {"b", "d", 2}, {"c", "d", 8}} {
		g.Add(e.a, e.b, e.w)
	}
	fmt.Println(g.BFS("a"), g.Dist("a"))
	s := sets{0, 1, 2, 3}
	fmt.Println(s.join(0, 1), s.join(1, 0), s.join(2, 3), s.join(3, 0), s.find(2) == s.find(1))
	fmt.Println(topo(map[string][]string{"app": {"lib", "log"}, "lib": {"log"}}))
	fmt.Println(topo(map[string][]string{"x": {"y"}, "y": {"x"}}))
}
