package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"
)

func run() int {
	text := strings.Repeat("a line with some words\n", 100000)
	s := bufio.NewScanner(strings.NewReader(text))
	n := 0
	for s.Scan() {
		n += len(s.Text())
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
