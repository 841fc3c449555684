// Searching a grid with labelled loops.
package main

import "fmt"

func main() {
	grid := [][]int{{1, 2}, {3, 4}, {5, 6}}
	for _, want := range []int{4, 7} {
		found := false
	search:
		for i, row := range grid {
			for j, v := range row {
				if v == want {
					fmt.Println(want, "at", i, j)
					found = true
					break search
				}
			}
		}
		if !found {
			fmt.Println(want, "not there")
		}
	}
}
