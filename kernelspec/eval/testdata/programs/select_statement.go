// Select: ready cases, default, timeouts, sends, nil channels, break and evaluation once.
package main

import (
	"fmt"
	"time"
)

func main() {
	a, b := make(chan int, 1), make(chan string, 1)
	select {
	case v := <-a:
		fmt.Println(v)
	default:
		fmt.Println("nothing ready")
	}
	a <- 1
	select {
	case v := <-a:
		fmt.Println("a", v)
	case s := <-b:
		fmt.Println("b", s)
	}
	select {
	case b <- "sent":
		fmt.Println(len(b))
	case <-a:
	}
	select {
	case b <- "full":
		fmt.Println("no")
	default:
		fmt.Println("full", <-b)
	}
	close(a)
	select {
	case v, ok := <-a:
		fmt.Println(v, ok)
	}
	select {
	case <-b:
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timeout")
	}
	in, quit := make(chan int), make(chan bool)
	go func() {
		for i := range 3 {
			in <- i
		}
		quit <- true
	}()
	sum := 0
loop:
	for {
		select {
		case v := <-in:
			sum += v
		case <-quit:
			break loop
		}
	}
	fmt.Println("sum", sum)
	var out chan int
	queue := []int{1, 2, 3}
	res := make(chan int, 3)
	for len(queue) > 0 {
		out = res
		select {
		case out <- queue[0]:
			queue = queue[1:]
		case v := <-(chan int)(nil):
			fmt.Println(v)
		}
	}
	fmt.Println(<-res, <-res, <-res)
	var arr [2]int
	a2 := make(chan int, 1)
	a2 <- 9
	i := 0
	f := func() int { i++; return 1 }
	select {
	case arr[f()] = <-a2:
	}
	fmt.Println(arr, i)
}
