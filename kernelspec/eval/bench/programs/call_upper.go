package main

import (
	"fmt"
	"time"
	"unicode"
)

func run() int {
	n := 0
	for i := 0; i < 500000; i++ {
		if unicode.IsUpper(rune(i & 127)) {
			n++
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
