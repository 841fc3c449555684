// Ranges over strings with invalid UTF-8, conversions, comparison and indexing by bytes.
package main

import (
	"fmt"
	"strings"
	"unicode"
)

func classify(s string) (letters, digits, other int) {
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		default:
			other++
		}
	}
	return
}

func main() {
	fmt.Println(classify("Héllo 123 世界!"))
	for i, r := range "a\xc3\x28b" {
		fmt.Print(i, ":", r, " ")
	}
	fmt.Println()
	for i := range "日本" {
		fmt.Print(i, " ")
	}
	n := 0
	for range "日本" {
		n++
	}
	fmt.Println(n)
	s := "hello"
	b := []byte(s)
	for i, c := range b {
		b[len(b)-1-i], b[i] = c, b[len(b)-1-i]
	}
	fmt.Println(string(b), s, s[1:3]+s[:1], len(s[5:]))
	fmt.Println(string(rune(65)), string([]byte{104, 105}), []byte("é"), []rune("é"))
	type MyS string
	type MyB []byte
	type MyR []rune
	m := MyS("conv")
	fmt.Println(MyB(m), string(MyR("xy")), MyS(MyB{65}), len(MyR(m)))
	x := "abc"
	y := x
	x += "d"
	fmt.Println(x, y, x > y, "\x00" < "a", strings.Compare(x, y))
	var z string
	fmt.Println(z == "", len(z), z < "a")
	fmt.Printf("%q %q %v\n", "tab\tquote\"", `raw\n`, "multi"+
		"line")
	const c = "constant"
	fmt.Println(c[0], c[len(c)-1] == 't', len(c))
}
