// Strings and runes swapped, compared and cut.
package main

import "fmt"

func rot(s string, k int) string { return s[k:] + s[:k] }

func main() {
	a, b := "left", "right"
	a, b = b, a
	fmt.Println(a, b, rot("abcdef", 2), a < b)
	r := []rune("añb")
	r[0], r[2] = r[2], r[0]
	fmt.Println(string(r), len(r))
}
