// Requests that carry their reply channel.
package main

import "fmt"

type req struct {
	x    int
	back chan<- int
}

func server(in <-chan req) {
	for r := range in {
		go func() { r.back <- r.x * r.x }()
	}
}

func main() {
	in := make(chan req)
	go server(in)
	sum := 0
	for i := range 10 {
		back := make(chan int)
		in <- req{i, back}
		sum += <-back
	}
	close(in)
	fmt.Println(sum)
}
