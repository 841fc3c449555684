// Switches: expression lists, no tag, fallthrough, init, break, duplicates of constants apart.
package main

import "fmt"

func grade(n int) string {
	switch {
	case n >= 90:
		return "A"
	case n >= 80:
		return "B"
	}
	return "C"
}

func steps(n int) (s []string) {
	switch n {
	case 1:
		s = append(s, "one")
		fallthrough
	case 2:
		s = append(s, "two")
		fallthrough
	default:
		s = append(s, "default")
	case 4, 5, 6:
		if n == 5 {
			break
		}
		s = append(s, "some")
	}
	return
}

func main() {
	fmt.Println(grade(95), grade(85), grade(10))
	for i := range 7 {
		fmt.Println(i, steps(i))
	}
	switch x := len("abc"); x {
	case 3:
		x := "shadow"
		fmt.Println(x)
	}
	calls := 0
	f := func(v int) int { calls++; return v }
	switch f(2) {
	case f(1), f(2), f(3):
		fmt.Println("calls", calls)
	}
	switch any(1.5) {
	case 1:
		fmt.Println("int")
	case 1.5:
		fmt.Println("float")
	}
loop:
	for i := 0; ; i++ {
		switch {
		case i == 1:
			continue
		case i > 3:
			break loop
		}
		fmt.Print(i, " ")
	}
	fmt.Println()
	switch s := "b"; {
	case s < "b":
	case s == "b" && len(s) == 1:
		fmt.Println("b it is")
	}
	switch {
	}
	switch c := 'x'; c {
	case 'a', 'e', 'i':
		fmt.Println("vowel")
	default:
		fmt.Printf("%c\n", c)
	}
}
