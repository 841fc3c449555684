package main

import (
	"encoding/json"
	"fmt"
	"time"
)

type record struct {
	Name  string
	Score float64
	Tags  []string
}

func run() int {
	n := 0
	for i := 0; i < 5000; i++ {
		b, _ := json.Marshal(record{"ann", 1.5, []string{"a", "b"}})
		var r record
		json.Unmarshal(b, &r)
		n += len(r.Tags) + len(b)
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
