package main

import (
	"fmt"
	"time"
)

func run() int {
	jobs, results := make(chan int, 64), make(chan int, 64)
	for w := 0; w < 4; w++ {
		go func() {
			for j := range jobs {
				results <- j * j
			}
		}()
	}
	go func() {
		for i := 0; i < 50000; i++ {
			jobs <- i
		}
		close(jobs)
	}()
	n := 0
	for i := 0; i < 50000; i++ {
		n += <-results % 7
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
