package main

import (
	"fmt"
	"time"
)

type vec struct{ x, y, z float64 }

func (a vec) plus(b vec) vec { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }

func (a *vec) scale(f float64) {
	a.x *= f
	a.y *= f
	a.z *= f
}

func run() int {
	p, v := vec{}, vec{1, 2, 3}
	for i := 0; i < 500000; i++ {
		p = p.plus(v)
		v.scale(0.999999)
	}
	return int(p.x)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
