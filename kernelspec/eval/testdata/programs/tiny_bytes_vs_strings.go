// Conversions between bytes, runes and strings share nothing.
package main

import (
	"bytes"
	"fmt"
	"strings"
)

func main() {
	s := "hello"
	b := []byte(s)
	t := string(b)
	b[0] = 'J'
	fmt.Println(s, t, string(b))
	m := map[string]int{string(b): 1}
	b[1] = 'E'
	fmt.Println(m["Jello"], m[string(b)])
	for i, c := range []byte("é") {
		fmt.Print(i, c, " ")
	}
	fmt.Println(strings.ToUpper("é"), bytes.Equal([]byte("a"), []byte{97}))
}
