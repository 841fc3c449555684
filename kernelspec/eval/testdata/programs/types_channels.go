// Channels: buffered and not, closed, directions, nil, range, length.
package main

import (
	"fmt"
	"sync"
)

type Job struct {
	n   int
	out chan<- int
}

func produce(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i * i
		}
	}()
	return c
}

func work(jobs <-chan Job) {
	for j := range jobs {
		j.out <- j.n * 2
	}
}

func main() {
	for v := range produce(5) {
		fmt.Print(v, " ")
	}
	fmt.Println()
	b := make(chan string, 3)
	b <- "a"
	b <- "b"
	fmt.Println(len(b), cap(b))
	close(b)
	x, ok := <-b
	fmt.Println(x, ok)
	fmt.Println(<-b, <-b == "")
	_, ok = <-b
	fmt.Println(ok)
	jobs, out := make(chan Job), make(chan int, 10)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { work(jobs) })
	}
	for i := range 10 {
		jobs <- Job{i, out}
	}
	close(jobs)
	wg.Wait()
	close(out)
	sum := 0
	for v := range out {
		sum += v
	}
	fmt.Println(sum)
	var n chan int
	fmt.Println(n == nil, len(n))
	done := make(chan struct{})
	go close(done)
	<-done
	cc := make(chan chan int, 1)
	c := make(chan int, 1)
	cc <- c
	(<-cc) <- 7
	fmt.Println(<-c)
	fmt.Printf("%T %T\n", produce(0), out)
}
