// Generic pipelines over channels, merged and collected.
package main

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
)

func Gen[T any](vs ...T) <-chan T {
	c := make(chan T)
	go func() {
		defer close(c)
		for _, v := range vs {
			c <- v
		}
	}()
	return c
}

func Apply[T, U any](in <-chan T, f func(T) U) <-chan U {
	out := make(chan U, 1)
	go func() {
		defer close(out)
		for v := range in {
			out <- f(v)
		}
	}()
	return out
}

func Merge[T any](cs ...<-chan T) <-chan T {
	out := make(chan T)
	var wg sync.WaitGroup
	for _, c := range cs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for v := range c {
				out <- v
			}
		}()
	}
	go func() { wg.Wait(); close(out) }()
	return out
}

func Collect[T any](c <-chan T) (r []T) {
	for v := range c {
		r = append(r, v)
	}
	return
}

type point struct{ x, y int }

func main() {
	fmt.Println(Collect(Apply(Gen(1, 2, 3), func(i int) point { return point{i, i * i} })))
	r := Collect(Merge(Gen("a", "b"), Gen("c"), Apply(Gen(4, 5), strconv.Itoa)))
	slices.Sort(r)
	fmt.Println(r)
	var zero chan point
	select {
	case p := <-zero:
		fmt.Println(p)
	default:
		fmt.Printf("%T empty\n", zero)
	}
}
