package main

import (
	"fmt"
	"iter"
	"time"
)

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func odd(seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range seq {
			if i%2 == 1 && !yield(i) {
				return
			}
		}
	}
}

func run() int {
	n := 0
	for i := range odd(upTo(500000)) {
		n += i
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
