package main

import (
	"fmt"
	"strings"
	"time"
)

func run() int {
	r := strings.NewReader("text")
	n := 0
	for i := 0; i < 500000; i++ {
		n += r.Len()
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
