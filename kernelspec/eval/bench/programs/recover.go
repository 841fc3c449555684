package main

import (
	"errors"
	"fmt"
	"time"
)

func try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	f()
	return nil
}

func run() int {
	n, bad := 0, errors.New("bad")
	for i := 0; i < 20000; i++ {
		if try(func() {
			if i%2 == 0 {
				panic(bad)
			}
		}) != nil {
			n++
		}
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
