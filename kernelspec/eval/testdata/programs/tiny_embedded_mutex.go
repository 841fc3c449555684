// A struct that embeds a mutex and a counter.
package main

import (
	"fmt"
	"sync"
)

type counter struct {
	sync.Mutex
	n map[string]int
}

func (c *counter) inc(k string) { c.Lock(); defer c.Unlock(); c.n[k]++ }

func main() {
	c := counter{n: map[string]int{}}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() { c.inc([]string{"a", "b", "c"}[i%3]) })
	}
	wg.Wait()
	fmt.Println(c.n, c.TryLock())
}
