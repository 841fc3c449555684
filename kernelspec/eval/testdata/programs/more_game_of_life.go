// Cellular automata: life on a torus and rule 110 with bit tricks.
package main

import (
	"fmt"
	"strings"
)

type World struct {
	w, h  int
	cells []bool
}

func Parse(rows ...string) *World {
	w := &World{len(rows[0]), len(rows), nil}
	for _, r := range rows {
		for _, c := range r {
			w.cells = append(w.cells, c == '#')
		}
	}
	return w
}

func (w *World) At(x, y int) bool { return w.cells[(y+w.h)%w.h*w.w+(x+w.w)%w.w] }

func (w *World) Neighbours(x, y int) (n int) {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if (dx != 0 || dy != 0) && w.At(x+dx, y+dy) {
				n++
			}
		}
	}
	return
}

func (w *World) Step() *World {
	next := &World{w.w, w.h, make([]bool, len(w.cells))}
	for i := range w.cells {
		x, y := i%w.w, i/w.w
		switch w.Neighbours(x, y) {
		case 3:
			next.cells[i] = true
		case 2:
			next.cells[i] = w.cells[i]
		}
	}
	return next
}

func (w *World) String() string {
	var b strings.Builder
	for i, c := range w.cells {
		if i > 0 && i%w.w == 0 {
			b.WriteByte('\n')
		}
		b.WriteByte(map[bool]byte{true: '#', false: '.'}[c])
	}
	return b.String()
}

func rule(n uint8, state []uint8) []uint8 {
	out := make([]uint8, len(state))
	for i := range state {
		l, r := state[(i+len(state)-1)%len(state)], state[(i+1)%len(state)]
		out[i] = n >> (l<<2 | state[i]<<1 | r) & 1
	}
	return out
}

func main() {
	w := Parse(".#...", "..#..", "###..", ".....", ".....")
	for range 4 {
		w = w.Step()
	}
	fmt.Println(w)
	blink := Parse(".....", "..#..", "..#..", "..#..", ".....")
	fmt.Println(blink.Step().Step().String() == blink.String())
	s := make([]uint8, 16)
	s[15] = 1
	for range 5 {
		fmt.Println(strings.NewReplacer("0", " ", "1", "*", " ", "", "[", "", "]", "").Replace(fmt.Sprint(s)))
		s = rule(110, s)
	}
}
