package main

import (
	"fmt"
	"strconv"
	"time"
)

func run() int {
	n := 0
	for i := 0; i < 500000; i++ {
		n += len(strconv.Itoa(i))
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
