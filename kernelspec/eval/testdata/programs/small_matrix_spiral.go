// Walking a matrix in a spiral, rotating it, and Pascal's triangle.
package main

import "fmt"

func spiral(m [][]int) (out []int) {
	for len(m) > 0 {
		out = append(out, m[0]...)
		m = m[1:]
		if len(m) == 0 {
			break
		}
		r := make([][]int, len(m[0]))
		for j := range r {
			for i := range m {
				r[j] = append(r[j], m[i][len(m[0])-1-j])
			}
		}
		m = r
	}
	return
}

func pascal(n int) [][]int {
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = make([]int, i+1)
		rows[i][0], rows[i][i] = 1, 1
		for j := 1; j < i; j++ {
			rows[i][j] = rows[i-1][j-1] + rows[i-1][j]
		}
	}
	return rows
}

func main() {
	fmt.Println(spiral([][]int{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}))
	fmt.Println(spiral([][]int{{1, 2}}), spiral(nil))
	for _, r := range pascal(5) {
		fmt.Printf("%*s%v\n", 5-len(r), "", r)
	}
	var magic [3][3]int
	i, j := 0, 1
	for k := 1; k <= 9; k++ {
		magic[i][j] = k
		ni, nj := (i+2)%3, (j+1)%3
		if magic[ni][nj] != 0 {
			ni, nj = (i+1)%3, j
		}
		i, j = ni, nj
	}
	fmt.Println(magic)
}
