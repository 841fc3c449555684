package main

import (
	"fmt"
	"time"
)

type account struct {
	name    string
	balance float64
	moves   int
}

func run() int {
	all := map[string]account{}
	names := []string{"ann", "bob", "cid", "dan"}
	for i := 0; i < 200000; i++ {
		n := names[i%4]
		a := all[n]
		a.name, a.balance, a.moves = n, a.balance+1.5, a.moves+1
		all[n] = a
	}
	return all["cid"].moves + int(all["ann"].balance)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
