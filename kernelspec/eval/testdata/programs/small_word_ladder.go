// Breadth-first search over words that differ by one letter.
package main

import (
	"fmt"
	"strings"
)

func near(a, b string) bool {
	d := 0
	for i := range a {
		if a[i] != b[i] {
			d++
		}
	}
	return len(a) == len(b) && d == 1
}

func ladder(from, to string, words []string) []string {
	type step struct {
		word string
		prev *step
	}
	seen := map[string]bool{from: true}
	for queue := []*step{{word: from}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		if s.word == to {
			var path []string
			for ; s != nil; s = s.prev {
				path = append([]string{s.word}, path...)
			}
			return path
		}
		for _, w := range words {
			if !seen[w] && near(w, s.word) {
				seen[w] = true
				queue = append(queue, &step{w, s})
			}
		}
	}
	return nil
}

func main() {
	words := strings.Fields("hot dot dog lot log cog")
	fmt.Println(ladder("hit", "cog", words))
	fmt.Println(ladder("hit", "xyz", words) == nil)
}
