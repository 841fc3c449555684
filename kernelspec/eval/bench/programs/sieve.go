package main

import (
	"fmt"
	"time"
)

func run() int {
	n := 1000000
	composite := make([]bool, n+1)
	count := 0
	for i := 2; i <= n; i++ {
		if composite[i] {
			continue
		}
		count++
		for k := i * i; k <= n; k += i {
			composite[k] = true
		}
	}
	return count
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
