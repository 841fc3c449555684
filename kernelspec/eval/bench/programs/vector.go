package main

import (
	"fmt"
	"math"
	"time"
)

func run() int {
	x, y := make([]float64, 100000), make([]float64, 100000)
	for i := range x {
		x[i], y[i] = float64(i), float64(i%10)
	}
	s := 0.0
	for k := 0; k < 10; k++ {
		for i := range x {
			y[i] += 0.5 * x[i]
			if y[i] > 1e6 {
				y[i] = 1e6
			}
		}
	}
	for i, v := range y {
		s += v * x[i]
	}
	return int(math.Sqrt(s))
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
