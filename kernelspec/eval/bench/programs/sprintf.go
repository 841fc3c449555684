package main

import (
	"fmt"
	"time"
)

func run() int {
	n := 0
	for i := 0; i < 100000; i++ {
		n += len(fmt.Sprintf("%d: %s %.2f", i, "text", float64(i)/3))
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
