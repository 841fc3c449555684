package main

import (
	"fmt"
	"time"
)

func run() int {
	m := map[int]int{}
	for i := 0; i < 100000; i++ {
		m[i*7] = i
	}
	return len(m)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
