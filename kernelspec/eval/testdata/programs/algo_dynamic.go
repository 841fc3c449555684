// Edit distance, longest common subsequence, knapsack, N queens, memoised recursion.
package main

import "fmt"

func edit(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
		}
	}
	return d[len(x)][len(y)]
}

func lcs(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	if a[0] == b[0] {
		return a[:1] + lcs(a[1:], b[1:])
	}
	x, y := lcs(a[1:], b), lcs(a, b[1:])
	if len(x) >= len(y) {
		return x
	}
	return y
}

func queens(n int) (count int) {
	var cols, d1, d2 [32]bool
	var place func(r int)
	place = func(r int) {
		if r == n {
			count++
			return
		}
		for c := 0; c < n; c++ {
			if cols[c] || d1[r+c] || d2[r-c+n] {
				continue
			}
			cols[c], d1[r+c], d2[r-c+n] = true, true, true
			place(r + 1)
			cols[c], d1[r+c], d2[r-c+n] = false, false, false
		}
	}
	place(0)
	return
}

type key struct{ m, n int }

var memo = map[key]int{}

func paths(m, n int) int {
	if m == 0 || n == 0 {
		return 1
	}
	k := key{m, n}
	if v, ok := memo[k]; ok {
		return v
	}
	v := paths(m-1, n) + paths(m, n-1)
	memo[k] = v
	return v
}

func knapsack(w, v []int, cap int) int {
	best := make([]int, cap+1)
	for i := range w {
		for c := cap; c >= w[i]; c-- {
			best[c] = max(best[c], best[c-w[i]]+v[i])
		}
	}
	return best[cap]
}

func main() {
	fmt.Println(edit("kitten", "sitting"), edit("", "äbc"), lcs("abcbdab", "bdcaba"))
	fmt.Println(queens(6), queens(7), paths(12, 12), len(memo))
	fmt.Println(knapsack([]int{1, 3, 4, 5}, []int{1, 4, 5, 7}, 7))
}
