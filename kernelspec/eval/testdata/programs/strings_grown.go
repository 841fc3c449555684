package main

import "fmt"

func main() {
	s := ""
	var kept []string
	for i := range 100 {
		s += string(rune('a' + i%26))
		kept = append(kept, s)
		if i%7 == 0 {
			s += "<" + s[:1] + ">" + "!"
		}
	}
	t := s
	s += "X"
	t += "Y"
	u := t
	t += "Z"
	u += "W"
	fmt.Println(s[len(s)-3:], t[len(t)-3:], u[len(u)-3:], len(s), len(t), len(u))
	for i := 1; i < len(kept); i++ {
		if kept[i][:len(kept[i-1])] != kept[i-1] || len(kept[i]) == len(kept[i-1]) {
			fmt.Println("changed", i)
		}
	}
	a := "abcdefghijklmnopqrstuvwxyz" + fmt.Sprint(len(s))
	b, c := a+"1", a+"2"
	d, e := b+"3"+c, b+""
	fmt.Println(a, b, c, d, e == b, a+b+c+d+e == fmt.Sprint(a, b, c, d, e))
	done := make(chan string)
	for i := range 3 {
		go func() {
			mine := b
			for range 50 {
				mine += fmt.Sprint(i)
			}
			done <- mine
		}()
	}
	n := 0
	for range 3 {
		n += len(<-done)
	}
	fmt.Println(n, b)
}
