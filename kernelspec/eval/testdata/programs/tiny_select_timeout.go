// Timeouts, tickers and contexts.
package main

import (
	"fmt"
	"time"
)

func slow(d time.Duration) <-chan string {
	c := make(chan string, 1)
	go func() { time.Sleep(d); c <- "done" }()
	return c
}

func main() {
	select {
	case s := <-slow(time.Millisecond):
		fmt.Println(s)
	case <-time.After(5 * time.Second):
		fmt.Println("late")
	}
	select {
	case s := <-slow(5 * time.Second):
		fmt.Println(s)
	case <-time.After(2 * time.Millisecond):
		fmt.Println("late")
	}
}
