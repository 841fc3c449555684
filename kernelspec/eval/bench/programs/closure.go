package main

import (
	"fmt"
	"time"
)

func counter(by int) func() int {
	n := 0
	return func() int {
		n += by
		return n
	}
}

func run() int {
	f, g := counter(1), counter(2)
	n := 0
	for i := 0; i < 300000; i++ {
		n += f() + g()
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
