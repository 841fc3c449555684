// Deleting, inserting, reversing, deduplicating and batching.
package main

import "fmt"

func main() {
	s := []int{1, 2, 3, 4, 5, 5}
	s = append(s[:1], s[2:]...)
	s = append(s[:2], append([]int{9}, s[2:]...)...)
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
	fmt.Println(s)
	j := 0
	for i := 1; i < len(s); i++ {
		if s[j] != s[i] {
			j++
			s[j] = s[i]
		}
	}
	s = s[:j+1]
	fmt.Println(s, cap(s) >= len(s))
	var batches [][]int
	for b := s; len(b) > 0; b = b[min(2, len(b)):] {
		batches = append(batches, b[:min(2, len(b))])
	}
	fmt.Println(batches)
}
