package main

import (
	"fmt"
	"sync"
)

type large struct {
	a [5]int
	s string
	p *int
}

// Closed and nil channels in receives and selects; what is received from a closed channel is
// zero, whatever lay there.
func closedAndNil() {
	c := make(chan large, 1)
	c <- large{s: "x"}
	close(c)
	v, ok := <-c
	fmt.Println(v.s, ok)
	v = large{s: "old"}
	v, ok = <-c
	fmt.Println(v, ok)
	var none chan int
	select {
	case <-none:
		fmt.Println("never")
	case none <- 1:
		fmt.Println("never")
	default:
		fmt.Println("default")
	}
	select {
	case x, ok := <-c:
		fmt.Println(x, ok)
	case <-none:
	}
	d := make(chan int)
	close(d)
	x := 5
	select {
	case x = <-d:
	case x = <-none:
	}
	fmt.Println(x)
}

// Each of the cases that can go on is as likely as the others.
func fair() {
	var cs [3]chan int
	for i := range cs {
		cs[i] = make(chan int, 3000)
		for range 3000 {
			cs[i] <- i
		}
	}
	var n [3]int
	for range 3000 {
		select {
		case v := <-cs[0]:
			n[v]++
		case v := <-cs[1]:
			n[v]++
		case v := <-cs[2]:
			n[v]++
		}
	}
	for _, k := range n {
		fmt.Print(k > 800 && k < 1200, " ")
	}
	fmt.Println()
}

func many() (n int) {
	a, b, quit := make(chan int), make(chan string, 2), make(chan struct{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 100 {
				select {
				case a <- j:
				case b <- fmt.Sprint(i):
				}
			}
		})
	}
	go func() { wg.Wait(); close(quit) }()
	for {
		select {
		case <-a:
			n++
		case <-b:
			n++
		case <-quit:
			for {
				select {
				case <-b:
					n++
				default:
					return n
				}
			}
		}
	}
}

func main() {
	closedAndNil()
	fair()
	fmt.Println(many())
}
