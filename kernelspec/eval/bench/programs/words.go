package main

import (
	"fmt"
	"strings"
	"time"
)

func run() int {
	text := strings.Repeat("the quick brown fox jumps over the lazy dog ", 5000)
	count := map[string]int{}
	for _, w := range strings.Fields(text) {
		count[w]++
	}
	best := ""
	for w, n := range count {
		if n > count[best] || n == count[best] && w < best {
			best = w
		}
	}
	return count[best] + len(best)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
