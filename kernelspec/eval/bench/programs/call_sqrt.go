package main

import (
	"fmt"
	"math"
	"time"
)

func run() int {
	s := 0.0
	for i := 0; i < 500000; i++ {
		s += math.Sqrt(float64(i))
	}
	return int(s)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
