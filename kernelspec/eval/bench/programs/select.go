package main

import (
	"fmt"
	"time"
)

func run() int {
	a, b, quit := make(chan int), make(chan int), make(chan bool)
	go func() {
		for i := 0; i < 20000; i++ {
			if i%2 == 0 {
				a <- i
			} else {
				b <- i
			}
		}
		close(quit)
	}()
	n := 0
	for {
		select {
		case v := <-a:
			n += v
		case v := <-b:
			n -= v
		case <-quit:
			return n
		}
	}
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
