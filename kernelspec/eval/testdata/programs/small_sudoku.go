// A sudoku solver by backtracking on an array type, with bit masks.
package main

import (
	"fmt"
	"math/bits"
)

type Board [9][9]int

func parse(s string) (b Board) {
	for i, c := range s {
		if c != '.' {
			b[i/9][i%9] = int(c - '0')
		}
	}
	return
}

func (b *Board) free(r, c int) (mask uint) {
	mask = 0x3fe
	for i := range 9 {
		mask &^= 1<<b[r][i] | 1<<b[i][c] | 1<<b[r/3*3+i/3][c/3*3+i%3]
	}
	return
}

func (b *Board) solve() bool {
	br, bc, best, bm := -1, -1, 10, uint(0)
	for r := range b {
		for c, v := range b[r] {
			if v == 0 {
				if m := b.free(r, c); bits.OnesCount(m) < best {
					br, bc, best, bm = r, c, bits.OnesCount(m), m
				}
			}
		}
	}
	if br < 0 {
		return true
	}
	for d := 1; d <= 9; d++ {
		if bm>>d&1 == 1 {
			b[br][bc] = d
			if b.solve() {
				return true
			}
		}
	}
	b[br][bc] = 0
	return false
}

func main() {
	b := parse("53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79")
	orig := b
	fmt.Println(b.solve(), orig[0], b[0], b[8])
	sum := 0
	for _, row := range b {
		for _, v := range row {
			sum += v
		}
	}
	fmt.Println(sum, orig == b)
}
