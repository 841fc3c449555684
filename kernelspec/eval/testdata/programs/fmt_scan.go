// Scanning numbers, words and own types from strings and readers.
package main

import (
	"fmt"
	"strings"
)

type Ratio struct{ a, b int }

func (r *Ratio) Scan(s fmt.ScanState, verb rune) error {
	tok, err := s.Token(true, func(r rune) bool { return r == '/' || r >= '0' && r <= '9' })
	if err != nil {
		return err
	}
	_, err = fmt.Sscanf(string(tok), "%d/%d", &r.a, &r.b)
	return err
}

func main() {
	var i int
	var f float64
	var s string
	var b bool
	n, err := fmt.Sscan("12 3.5 word true", &i, &f, &s, &b)
	fmt.Println(n, err, i, f, s, b)
	var r Ratio
	n, err = fmt.Sscan("3/4 rest", &r)
	fmt.Println(n, err, r)
	n, err = fmt.Sscanf("id=7;name=bob", "id=%d;name=%s", &i, &s)
	fmt.Println(n, err, i, s)
	n, err = fmt.Sscan("x", &i)
	fmt.Println(n, err)
	rd := strings.NewReader("1 2\n3 4\n")
	for {
		var a, b int
		if _, err := fmt.Fscanln(rd, &a, &b); err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(a + b)
	}
	var x, o, bin int
	var c rune
	fmt.Sscanf("ff 17 101 z", "%x %o %b %c", &x, &o, &bin, &c)
	fmt.Println(x, o, bin, string(c))
	var bs []byte
	var u uint8
	_, err = fmt.Sscan("bytes 300", &bs, &u)
	fmt.Println(string(bs), err)
	fmt.Println(string(fmt.Append(nil, "a", 1, 2)), string(fmt.Appendf([]byte("> "), "%d", 5)))
}
