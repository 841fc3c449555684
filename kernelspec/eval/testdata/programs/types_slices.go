// Slices share arrays until append has to move them.
package main

import (
	"fmt"
	"slices"
	"strings"
)

func main() {
	s := make([]int, 3, 5)
	t := append(s, 1)
	u := append(s, 2)
	fmt.Println(t[3], u[3], len(s), cap(s), len(t))
	v := append(s[:3:3], 9)
	v[0] = 42
	fmt.Println(s[0], v[0], cap(s[1:2:3]))
	var n []int
	fmt.Println(n == nil, len(n), n[:0] == nil, []int{} == nil)
	n = append(n, s...)
	n = append(n[:1], n[2:]...)
	fmt.Println(n)
	k := copy(n, []int{7, 8, 9})
	fmt.Println(k, n, copy(n[1:], n))
	b := append([]byte("ab"), "cd"...)
	fmt.Println(string(b), copy(b, "xyz"), string(b))
	m := [][]string{{"a"}, {"b", "c"}, nil}
	for i, r := range m {
		fmt.Print(i, len(r), r, ";")
	}
	fmt.Println()
	clear(b[:2])
	fmt.Printf("%q %v\n", b, s)
	x := []struct{ a, b int }{{1, 2}, {3, 4}}
	for i := range x {
		p := &x[i]
		p.a += 10
	}
	fmt.Println(x)
	words := strings.Fields("the quick brown fox")
	words = slices.Insert(words, 1, "very")
	words = slices.Delete(words, 3, 4)
	fmt.Println(words, slices.Index(words, "fox"))
}
