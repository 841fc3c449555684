package main

import (
	"fmt"
	"time"
)

type celsius float64

func (c celsius) String() string { return fmt.Sprint(float64(c), "°C") }

func run() int {
	n := 0
	for i := 0; i < 30000; i++ {
		n += len(fmt.Sprint(celsius(i)))
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
