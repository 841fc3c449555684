// Labels with break and continue over several levels, goto forwards and back.
package main

import (
	"fmt"
	"os"
)

func prime(n int) bool {
	i := 2
again:
	if i*i > n {
		return n > 1
	}
	if n%i == 0 {
		goto no
	}
	i++
	goto again
no:
	return false
}

func parse(s string) (out []string) {
	i := 0
start:
	if i >= len(s) {
		goto end
	}
	switch c := s[i]; {
	case c == ' ':
		i++
		goto start
	case c >= '0' && c <= '9':
		j := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		out = append(out, "num:"+s[j:i])
		goto start
	default:
		out = append(out, "op:"+string(c))
		i++
		goto start
	}
end:
	return out
}

func main() {
	for i := range 30 {
		if prime(i) {
			fmt.Print(i, " ")
		}
	}
	fmt.Println()
	fmt.Println(parse("12+ 3*45"))
rows:
	for i := range 4 {
		for j := range 4 {
			if j == i {
				continue rows
			}
			if i == 3 {
				break rows
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
block:
	switch {
	default:
		if len(os.Args) > 0 {
			break block
		}
		fmt.Println("not reached")
	}
	ch := make(chan int, 1)
poll:
	for n := 0; ; n++ {
		select {
		case v := <-ch:
			fmt.Println("got", v, "at", n)
			break poll
		default:
			if n == 2 {
				ch <- 42
			}
		}
	}
}
