// Range over slice, array, pointer, string, map, channel, integer and function.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				fmt.Print("stopped ")
				return
			}
		}
	}
}

func pairs(m map[string]int) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

func twice(yield func() bool) { _ = yield() && yield() }

type small uint8

func find(n int) int {
	for i := range count(100) {
		for j := range count(100) {
			if i*j == n {
				return i*1000 + j
			}
			if j > i {
				break
			}
		}
	}
	return -1
}

func main() {
	for i, v := range []string{"a", "b"} {
		fmt.Print(i, v, " ")
	}
	for i := range [3]int{} {
		fmt.Print(i, " ")
	}
	for i := range &[2]bool{} {
		fmt.Print(i, " ")
	}
	for range 2 {
		fmt.Print("x ")
	}
	for i := range small(3) {
		fmt.Printf("%T%d ", i, i)
	}
	fmt.Println()
	for i, r := range "é!" {
		fmt.Print(i, string(r), " ")
	}
	for k, v := range pairs(map[string]int{"z": 26, "a": 1}) {
		fmt.Print(k, v, " ")
	}
	for range twice {
		fmt.Print("twice ")
	}
	for i := range count(10) {
		if i == 2 {
			continue
		}
		if i == 4 {
			break
		}
		fmt.Print(i, " ")
	}
	fmt.Println()
	fmt.Println(find(12))
	var x struct{ i int }
	var arr [3]string
	for x.i, arr[1] = range []string{"p", "q"} {
	}
	fmt.Println(x, arr)
}
