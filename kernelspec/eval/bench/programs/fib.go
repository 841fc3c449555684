package main

import (
	"fmt"
	"time"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func run() int { return fib(30) }

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
