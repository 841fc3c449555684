package main

import (
	"fmt"
	"time"
)

func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			old := row[j]
			row[j] = min(row[j]+1, row[j-1]+1, last+cost)
			last = old
		}
	}
	return row[len(b)]
}

func run() int {
	n := 0
	for i := 0; i < 1500; i++ {
		n += distance("the quick brown fox", "a quiet brawny ox")
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
