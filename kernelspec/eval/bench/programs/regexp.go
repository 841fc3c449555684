package main

import (
	"fmt"
	"regexp"
	"time"
)

func run() int {
	re := regexp.MustCompile(`(\w+)@(\w+)\.com`)
	n := 0
	for i := 0; i < 20000; i++ {
		if m := re.FindStringSubmatch("to bob@example.com, today"); m != nil {
			n += len(m[1])
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
