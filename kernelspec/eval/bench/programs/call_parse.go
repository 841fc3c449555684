package main

import (
	"fmt"
	"strconv"
	"time"
)

func run() int {
	n := 0
	for i := 0; i < 500000; i++ {
		v, err := strconv.Atoi("12345")
		if err == nil {
			n += v
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
