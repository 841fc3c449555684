package main

import (
	"fmt"
	"time"
)

func run() int {
	s := ""
	for i := 0; i < 10000; i++ {
		s += "xy"
	}
	return len(s)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
