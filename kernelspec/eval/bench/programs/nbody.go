package main

import (
	"fmt"
	"math"
	"time"
)

type body struct{ x, y, z, vx, vy, vz, mass float64 }

func advance(bodies []body, dt float64) {
	for i := range bodies {
		a := &bodies[i]
		for j := i + 1; j < len(bodies); j++ {
			b := &bodies[j]
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			d2 := dx*dx + dy*dy + dz*dz
			mag := dt / (d2 * math.Sqrt(d2))
			a.vx -= dx * b.mass * mag
			a.vy -= dy * b.mass * mag
			a.vz -= dz * b.mass * mag
			b.vx += dx * a.mass * mag
			b.vy += dy * a.mass * mag
			b.vz += dz * a.mass * mag
		}
	}
	for i := range bodies {
		b := &bodies[i]
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}

func run() int {
	bodies := []body{{0, 0, 0, 0, 0, 0, 40}, {5, 0, 0, 0, 2, 0, 1}, {0, 9, 0, 1, 0, 1, 1}, {0, 0, 20, 1, 1, 0, 2}, {30, 1, 1, 0, 1, 0, 1}}
	for i := 0; i < 10000; i++ {
		advance(bodies, 0.001)
	}
	return int(bodies[1].x * 1000)
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
