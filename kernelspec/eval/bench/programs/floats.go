package main

import (
	"fmt"
	"time"
)

func run() int {
	s := 0.0
	for i := 0; i < 10000000; i++ {
		s += float64(i) * 0.5
	}
	return int(s)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
