package main

import (
	"fmt"
	"time"
)

func size(v interface{}) int {
	switch v := v.(type) {
	case int:
		return v
	case string:
		return len(v)
	case []int:
		return len(v) * 2
	case error:
		return 7
	}
	return 0
}

func run() int {
	values := []interface{}{3, "four", []int{1, 2}, fmt.Errorf("e"), 2.5}
	n := 0
	for i := 0; i < 300000; i++ {
		n += size(values[i%5])
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
