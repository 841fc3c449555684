package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

type item struct {
	key  int
	name string
}

func run() int {
	xs := make([]item, 30000)
	seed := 7
	for i := range xs {
		seed = (seed*1103515245 + 12345) % 2147483648
		xs[i] = item{seed % 1000, "x"}
	}
	slices.SortFunc(xs, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	return xs[15000].key
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
