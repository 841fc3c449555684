// Arrays of arrays, slices of slices, maps of maps and of slices; aliasing among them.
package main

import (
	"fmt"
	"strings"
)

type Board [3][3]rune

func (b Board) String() string {
	var s strings.Builder
	for _, row := range b {
		for _, c := range row {
			if c == 0 {
				c = '.'
			}
			s.WriteRune(c)
		}
		s.WriteByte('/')
	}
	return s.String()
}

func (b *Board) Play(r, c int, p rune) bool {
	if b[r][c] != 0 {
		return false
	}
	b[r][c] = p
	return true
}

func transpose(m [][]int) [][]int {
	t := make([][]int, len(m[0]))
	for i := range t {
		for j := range m {
			t[i] = append(t[i], m[j][i])
		}
	}
	return t
}

func main() {
	var b Board
	fmt.Println(b.Play(1, 1, 'X'), b.Play(1, 1, 'O'), b.Play(0, 2, 'O'), b)
	c := b
	c[0][0] = 'Z'
	fmt.Println(b, c, b == c)
	fmt.Println(transpose([][]int{{1, 2, 3}, {4, 5, 6}}))
	grid := make([][]byte, 3)
	flat := make([]byte, 9)
	for i := range grid {
		grid[i] = flat[i*3 : i*3+3 : i*3+3]
	}
	grid[1][2] = 7
	row := grid[1]
	row[0] = 5
	row = append(row, 9)
	row[1] = 8
	fmt.Println(flat, grid[1], row)
	var cube [2][3][4]int
	cube[1][2][3] = 1
	p := &cube[1]
	p[0][0] = 2
	fmt.Println(cube, len(cube), len(cube[0]), len(cube[0][0]))
	m := map[string][]int{}
	m["a"] = append(m["a"], 1, 2)
	s := m["a"]
	s[0] = 10
	fmt.Println(m)
	mm := map[int]map[int]string{1: {2: "x"}}
	if _, ok := mm[5]; !ok {
		mm[5] = map[int]string{}
	}
	mm[5][5] = "y"
	fmt.Println(mm, len(mm[9]))
	ss := []*[2]int{{1, 2}, {3, 4}}
	ss[0][1]++
	for _, a := range ss {
		a[0] *= 10
	}
	fmt.Println(*ss[0], *ss[1], ss[1][:])
}
