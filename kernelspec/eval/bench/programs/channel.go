package main

import (
	"fmt"
	"time"
)

func run() int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for i := 0; i < 100000; i++ {
			pong <- <-ping + 1
		}
	}()
	v := 0
	for i := 0; i < 100000; i++ {
		ping <- v
		v = <-pong
	}
	return v
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
