package main

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

func run() int {
	n := 0
	for i := 0; i < 20000; i++ {
		n += sort.Search(1000000, func(k int) bool { return k*3 >= i*7 })
		n += strings.IndexFunc("hello, world", func(r rune) bool { return r == 'w' })
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
