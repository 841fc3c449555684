// Rows and columns by hand: grouping, pivoting, joining, sorting, percentiles.
package main

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

type Row struct {
	City  string
	Month int
	Sales float64
}
type Group[K comparable] struct {
	Key  K
	Rows []Row
}

func GroupBy[K cmp.Ordered](rows []Row, key func(Row) K) []Group[K] {
	m := map[K][]Row{}
	for _, r := range rows {
		m[key(r)] = append(m[key(r)], r)
	}
	var gs []Group[K]
	for k, rs := range m {
		gs = append(gs, Group[K]{k, rs})
	}
	slices.SortFunc(gs, func(a, b Group[K]) int { return cmp.Compare(a.Key, b.Key) })
	return gs
}

func Sum(rows []Row) (t float64) {
	for _, r := range rows {
		t += r.Sales
	}
	return
}

func Percentile(x []float64, p float64) float64 {
	s := slices.Sorted(slices.Values(x))
	i := p * float64(len(s)-1)
	lo := int(i)
	if lo+1 == len(s) {
		return s[lo]
	}
	return s[lo] + (i-float64(lo))*(s[lo+1]-s[lo])
}

func Join[A, B any, K comparable](as []A, bs []B, ka func(A) K, kb func(B) K) (out []struct {
	A A
	B B
}) {
	idx := map[K][]B{}
	for _, b := range bs {
		idx[kb(b)] = append(idx[kb(b)], b)
	}
	for _, a := range as {
		for _, b := range idx[ka(a)] {
			out = append(out, struct {
				A A
				B B
			}{a, b})
		}
	}
	return
}

func main() {
	rows := []Row{{"Rome", 1, 10}, {"Oslo", 1, 7.5}, {"Rome", 2, 20}, {"Oslo", 3, 2.5}}
	for _, g := range GroupBy(rows, func(r Row) string { return r.City }) {
		fmt.Printf("%-5s n=%d sum=%.2f mean=%.3f\n", g.Key, len(g.Rows), Sum(g.Rows), Sum(g.Rows)/float64(len(g.Rows)))
	}
	for _, g := range GroupBy(rows, func(r Row) int { return r.Month }) {
		fmt.Print(g.Key, ":", Sum(g.Rows), " ")
	}
	fmt.Println()
	pivot := map[string]map[int]float64{}
	for _, r := range rows {
		if pivot[r.City] == nil {
			pivot[r.City] = map[int]float64{}
		}
		pivot[r.City][r.Month] += r.Sales
	}
	fmt.Println(pivot)
	var x []float64
	for _, r := range rows {
		x = append(x, r.Sales)
	}
	fmt.Println(Percentile(x, .5), Percentile(x, 0), Percentile(x, 1), x)
	type land struct{ city, land string }
	for _, j := range Join(rows, []land{{"Rome", "IT"}, {"Oslo", "NO"}}, func(r Row) string { return r.City }, func(l land) string { return l.city }) {
		fmt.Print(j.A.City, "/", j.B.land, " ")
	}
	fmt.Println()
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Sales > rows[j].Sales })
	fmt.Println(rows[0], rows[len(rows)-1])
}
