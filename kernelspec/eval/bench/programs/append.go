package main

import (
	"fmt"
	"time"
)

type point struct {
	x, y int
	name string
}

func run() int {
	n := 0
	for k := 0; k < 10; k++ {
		var ps []point
		for i := 0; i < 20000; i++ {
			ps = append(ps, point{i, i * 2, "p"})
		}
		for _, p := range ps {
			n += p.x + p.y + len(p.name)
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
