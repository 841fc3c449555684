package main

import (
	"fmt"
	"strings"
)

func main() {
	s := "aé世\xff𝄞"
	for i, r := range s {
		fmt.Print(i, ":", r, "(", string(r), ") ")
	}
	fmt.Println(len(s), len([]rune(s)), []byte(s)[:3])
	for i := 0; i < len(s); i++ {
		fmt.Printf("%x ", s[i])
	}
	fmt.Println()
	fmt.Printf("%q %+q %x % X %U\n", s, s, s, s, []rune(s))
	fmt.Println(string([]rune{65, 0x10FFFF + 1, -1, 0xD800}), string(rune(0x4e16)))
	fmt.Println(s[1:3], s[:1]+s[3:6], s > "b", s == "aé世\xff𝄞", strings.ToUpper(s[:3]))
	b := []byte(s)
	b[0] = 'Z'
	fmt.Println(s[0], b[0], strings.Compare("a", "b"))
	raw := `line1\n
	"quoted" ` + "`tick`"
	fmt.Println(raw, len(raw))
	fmt.Println("\a\b\f"[1] == 8, "\x41\u0041\U00000041\101", '\'', "\"")
	var sb strings.Builder
	for i := range 5 {
		fmt.Fprintf(&sb, "%d,", i*i)
	}
	fmt.Println(strings.TrimSuffix(sb.String(), ","), sb.Len())
	fmt.Println(strings.Map(func(r rune) rune {
		if r == 'a' {
			return -1
		}
		return r + 1
	}, "banana"), strings.FieldsFunc("a1b22c", func(r rune) bool { return r >= '0' && r <= '9' }))
	type MyS string
	m := MyS("hey")
	fmt.Println(m[1:], m+"x", len(m), []byte(m), string(m)+"y")
	for _, c := range m {
		fmt.Print(c, " ")
	}
	for i := range m {
		fmt.Print(i)
	}
	fmt.Println()
	r := strings.NewReplacer("a", "1", "b", "2")
	fmt.Println(r.Replace("abcab"), strings.Repeat("ab", 3), strings.SplitN("a,b,c,d", ",", 2), strings.EqualFold("Go", "GO"))
	before, after, ok := strings.Cut("key=value=x", "=")
	fmt.Println(before, after, ok)
	x, y := "abc", "abd"
	fmt.Println(x < y, x+y, x[1]-'a', string(x[0])+"!", x[len(x)-1:])
	for line := range strings.Lines("a\nb\nc") {
		fmt.Printf("%q ", line)
	}
	for p := range strings.SplitSeq("x-y-z", "-") {
		fmt.Print(p, ".")
	}
	fmt.Println()
}
