// Maps as references, as sets, with struct and array keys, nested updates and function values.
package main

import (
	"errors"
	"fmt"
	"strings"
)

type Key struct {
	A string
	B [2]int
}
type Registry map[string]func(...string) (string, error)
type Counter[K comparable] map[K]int

func (c Counter[K]) Inc(k K) int { c[k]++; return c[k] }

func fill(m map[string]int)    { m["filled"] = 1 }
func replace(m map[string]int) { m = map[string]int{"lost": 1}; m["x"] = 2 }

func main() {
	m := map[string]int{}
	fill(m)
	replace(m)
	n := m
	n["shared"] = 2
	fmt.Println(m, len(n))
	k := map[Key]string{{"a", [2]int{1, 2}}: "first"}
	k[Key{"a", [2]int{1, 2}}] += "+"
	k[Key{B: [2]int{1}}] = "second"
	fmt.Println(k[Key{"a", [2]int{1, 2}}], k[Key{B: [2]int{1, 0}}], len(k))
	r := Registry{"join": func(a ...string) (string, error) { return strings.Join(a, ","), nil },
		"fail": func(...string) (string, error) { return "", errors.New("failed") }}
	for _, name := range []string{"join", "fail", "none"} {
		if f, ok := r[name]; ok {
			fmt.Println(f("a", "b"))
		} else {
			fmt.Println("no", name)
		}
	}
	c := Counter[rune]{}
	for _, x := range "banana" {
		c.Inc(x)
	}
	fmt.Println(c, c['a'], c['z'])
	p := map[*int]int{}
	x, y := 1, 1
	p[&x]++
	p[&y]++
	p[&x]++
	fmt.Println(len(p), p[&x])
	type pair struct{ l, r any }
	q := map[pair]bool{{1, "a"}: true, {nil, nil}: true}
	fmt.Println(q[pair{1, "a"}], q[pair{1, "b"}], q[pair{}])
	deep := map[string]map[string][]int{"a": {"b": {1}}}
	deep["a"]["b"] = append(deep["a"]["b"], 2)
	deep["a"]["c"] = nil
	fmt.Println(deep, len(deep["x"]["y"]))
	big := map[int]int{}
	for i := range 1000 {
		big[i*7%1000] = i
	}
	for i := range 500 {
		delete(big, i*2)
	}
	s := 0
	for k, v := range big {
		s += k ^ v
	}
	fmt.Println(len(big), s)
	v, ok := m["absent"]
	_, present := m["filled"]
	fmt.Println(v, ok, present, m == nil)
	var e map[string]int
	for range e {
		fmt.Println("never")
	}
	delete(e, "x")
	fmt.Println(len(e))
	m2 := map[bool]string{true: "t", false: "f"}
	fmt.Println(m2[1 > 0], m2[len(m2) == 0])
}
