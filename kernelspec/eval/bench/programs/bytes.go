package main

import (
	"fmt"
	"time"
)

func run() int {
	b := []byte("the quick brown fox jumps over the lazy dog")
	h := uint32(2166136261)
	for i := 0; i < 20000; i++ {
		for _, c := range b {
			h ^= uint32(c)
			h *= 16777619
		}
	}
	return int(h)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
