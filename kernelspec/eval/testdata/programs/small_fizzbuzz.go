// FizzBuzz in four ways.
package main

import (
	"fmt"
	"strconv"
)

type rule struct {
	n int
	s string
}

func apply(n int, rules ...rule) (s string) {
	for _, r := range rules {
		if n%r.n == 0 {
			s += r.s
		}
	}
	if s == "" {
		s = strconv.Itoa(n)
	}
	return
}

func main() {
	for i := 1; i <= 15; i++ {
		switch {
		case i%15 == 0:
			fmt.Print("FizzBuzz ")
		case i%3 == 0:
			fmt.Print("Fizz ")
		case i%5 == 0:
			fmt.Print("Buzz ")
		default:
			fmt.Print(i, " ")
		}
	}
	fmt.Println()
	for i := range 8 {
		fmt.Print(apply(i+1, rule{2, "a"}, rule{3, "b"}), " ")
	}
	fmt.Println()
}
