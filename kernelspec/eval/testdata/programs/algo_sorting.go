// Sorting algorithms on slices, generic and not.
package main

import (
	"cmp"
	"fmt"
)

func quick[T cmp.Ordered](s []T) {
	if len(s) < 2 {
		return
	}
	p, i := s[len(s)/2], 0
	for j, k := 0, len(s); j < k; {
		switch c := cmp.Compare(s[j], p); {
		case c < 0:
			s[i], s[j] = s[j], s[i]
			i++
			j++
		case c > 0:
			k--
			s[j], s[k] = s[k], s[j]
		default:
			j++
		}
	}
	n := 0
	for _, v := range s {
		if v == p {
			n++
		}
	}
	quick(s[:i])
	quick(s[i+n:])
}

func merge(s []int) []int {
	if len(s) < 2 {
		return s
	}
	a, b := merge(s[:len(s)/2]), merge(s[len(s)/2:])
	r := make([]int, 0, len(s))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			r, a = append(r, a[0]), a[1:]
		} else {
			r, b = append(r, b[0]), b[1:]
		}
	}
	return append(append(r, a...), b...)
}

func heapsort(a []float64) {
	down := func(i, n int) {
		for {
			c := 2*i + 1
			if c >= n {
				return
			}
			if c+1 < n && a[c+1] > a[c] {
				c++
			}
			if a[i] >= a[c] {
				return
			}
			a[i], a[c] = a[c], a[i]
			i = c
		}
	}
	for i := len(a)/2 - 1; i >= 0; i-- {
		down(i, len(a))
	}
	for n := len(a) - 1; n > 0; n-- {
		a[0], a[n] = a[n], a[0]
		down(0, n)
	}
}

func main() {
	seed := uint32(7)
	next := func() int { seed = seed*1664525 + 1013904223; return int(seed >> 20) }
	var x []int
	for range 200 {
		x = append(x, next())
	}
	y := merge(x)
	z := append([]int(nil), x...)
	quick(z)
	f := make([]float64, len(x))
	for i, v := range x {
		f[i] = float64(v) / 2
	}
	heapsort(f)
	same := true
	for i := range y {
		same = same && y[i] == z[i] && float64(z[i])/2 == f[i] && (i == 0 || y[i-1] <= y[i])
	}
	fmt.Println(same, y[0], y[199], x[0])
	w := []string{"pear", "apple", "fig", "apple"}
	quick(w)
	fmt.Println(w)
}
