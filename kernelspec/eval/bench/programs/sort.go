package main

import (
	"fmt"
	"sort"
	"time"
)

func run() int {
	xs := make([]int, 50000)
	seed := 7
	for i := 0; i < len(xs); i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		xs[i] = seed
	}
	sort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })
	return xs[100]
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
