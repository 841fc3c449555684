package main

import (
	"fmt"
	"strings"
	"time"
)

func run() int {
	var b strings.Builder
	for i := 0; i < 100000; i++ {
		b.WriteString("ab")
		b.WriteByte('c')
	}
	return b.Len()
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
