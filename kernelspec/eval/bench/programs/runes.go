package main

import (
	"fmt"
	"time"
)

func run() int {
	text := "Łódź, 東京 and a plain tail of letters"
	n := 0
	for i := 0; i < 10000; i++ {
		for _, r := range text {
			switch {
			case r >= 'a' && r <= 'z':
				n++
			case r > 127:
				n += 2
			}
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
