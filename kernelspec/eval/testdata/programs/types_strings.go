// Strings are bytes; range decodes runes; invalid bytes become U+FFFD.
package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

func main() {
	s := "añ世\xff!"
	fmt.Println(len(s), utf8.RuneCountInString(s), utf8.ValidString(s))
	for i, r := range s {
		fmt.Printf("%d:%q ", i, r)
	}
	fmt.Println()
	for i := range len(s) {
		fmt.Printf("%x ", s[i])
	}
	fmt.Println()
	fmt.Println(reverse("héllo, 世界"), s[1:3], s[:0] == "")
	t := `raw \n
"text"`
	fmt.Printf("%q %d\n", t, strings.Count(t, "\n"))
	fmt.Println("a" < "b", "Z" < "a", "abc" > "abcd", "x"+"y" == "xy")
	b := []byte(s)
	b[0] = 'b'
	fmt.Println(s[0], string(b[:1]))
	u := ""
	for i := range 5 {
		u += string(rune('a' + i))
	}
	fmt.Println(u, strings.ToUpper(u), "\u00e9\x41\101\t|")
	switch {
	case u > "abc":
		fmt.Println("greater")
	default:
		fmt.Println("not greater")
	}
}
