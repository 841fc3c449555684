package main

import (
	"fmt"
	"time"
)

type shape interface {
	area() float64
	grow(by float64)
}

type square struct{ side float64 }

func (s *square) area() float64   { return s.side * s.side }
func (s *square) grow(by float64) { s.side += by }

type circle struct{ r float64 }

func (c *circle) area() float64   { return 3 * c.r * c.r }
func (c *circle) grow(by float64) { c.r += by }

func run() int {
	shapes := []shape{&square{1}, &circle{2}, &square{3}}
	s := 0.0
	for i := 0; i < 200000; i++ {
		x := shapes[i%3]
		x.grow(0.001)
		s += x.area()
	}
	return int(s)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
