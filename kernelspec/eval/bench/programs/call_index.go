package main

import (
	"fmt"
	"strings"
	"time"
)

func run() int {
	n := 0
	for i := 0; i < 500000; i++ {
		n += strings.Index("chicken", "ken")
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
