package main

import (
	"fmt"
	"time"
)

type counter struct{ n, open int }

func (c *counter) enter() { c.open++ }
func (c *counter) leave() { c.open-- }

func (c *counter) add(k int) {
	c.enter()
	defer c.leave()
	c.n += k
}

func run() int {
	c := &counter{}
	for i := 0; i < 100000; i++ {
		c.add(i % 3)
	}
	return c.n + c.open
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
