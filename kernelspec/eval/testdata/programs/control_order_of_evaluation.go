// Operands, indices, calls and assignments happen in the order that the language fixes.
package main

import "fmt"

var trace []string

func t(s string, v int) int { trace = append(trace, s); return v }

func pair() (int, int) { trace = append(trace, "pair"); return 1, 2 }

func arr(s string) []int { trace = append(trace, s); return []int{1, 2, 3} }

func main() {
	x := t("a", 1) + t("b", 2)*t("c", 3)
	fmt.Println(x, trace)
	trace = nil
	arr("lhs")[t("i", 1)], x = t("r1", 5), t("r2", 6)
	fmt.Println(trace)
	trace = nil
	_ = t("false", 0) == 1 && t("never", 1) == 1 || t("or", 1) == 1
	fmt.Println(trace)
	a, b := 1, 2
	a, b = b, a
	i := 0
	s := []int{10, 20, 30}
	i, s[i] = 2, 99
	fmt.Println(a, b, i, s)
	s[0], s[1], s[2] = s[2], s[0], s[1]
	fmt.Println(s)
	m := map[string]int{}
	m["x"], m["y"] = pair()
	fmt.Println(m)
	n := 1
	f := func() int { n *= 10; return n }
	r := []int{f(), f(), n}
	fmt.Println(r)
	trace = nil
	switch t("tag", 2) {
	case t("c1", 1), t("c2", 2), t("c3", 3):
	}
	for i := t("init", 0); i < t("cond", 2); i += t("post", 1) {
	}
	fmt.Println(trace)
	p := &struct{ v *int }{&n}
	p, *p.v = nil, 7
	fmt.Println(p == nil, n)
	defer fmt.Println(t("arg", 1), len(trace))
	trace = append(trace, "later")
}
