// Balanced brackets with a stack, postfix evaluation and infix to postfix.
package main

import (
	"fmt"
	"strconv"
	"strings"
)

type stack[T any] []T

func (s *stack[T]) push(v T) { *s = append(*s, v) }
func (s *stack[T]) pop() (v T) {
	if n := len(*s); n > 0 {
		v = (*s)[n-1]
		*s = (*s)[:n-1]
	}
	return
}
func (s stack[T]) top() (v T) {
	if len(s) > 0 {
		v = s[len(s)-1]
	}
	return
}

var pairs = map[rune]rune{')': '(', ']': '[', '}': '{'}

func balanced(text string) bool {
	var s stack[rune]
	for _, r := range text {
		switch open, closes := pairs[r]; {
		case strings.ContainsRune("([{", r):
			s.push(r)
		case closes && s.pop() != open:
			return false
		}
	}
	return len(s) == 0
}

func postfix(expr string) string {
	prec := map[string]int{"+": 1, "-": 1, "*": 2, "/": 2}
	var ops stack[string]
	var out []string
	for _, t := range strings.Fields(expr) {
		switch {
		case t == "(":
			ops.push(t)
		case t == ")":
			for ops.top() != "(" {
				out = append(out, ops.pop())
			}
			ops.pop()
		case prec[t] > 0:
			for prec[ops.top()] >= prec[t] {
				out = append(out, ops.pop())
			}
			ops.push(t)
		default:
			out = append(out, t)
		}
	}
	for len(ops) > 0 {
		out = append(out, ops.pop())
	}
	return strings.Join(out, " ")
}

func eval(post string) int {
	var s stack[int]
	for t := range strings.FieldsSeq(post) {
		if n, err := strconv.Atoi(t); err == nil {
			s.push(n)
			continue
		}
		b, a := s.pop(), s.pop()
		s.push(map[string]func(int, int) int{"+": func(a, b int) int { return a + b }, "-": func(a, b int) int { return a - b },
			"*": func(a, b int) int { return a * b }, "/": func(a, b int) int { return a / b }}[t](a, b))
	}
	return s.pop()
}

func main() {
	for _, t := range []string{"", "([]{})", "([)]", "(", "}"} {
		fmt.Print(balanced(t), " ")
	}
	fmt.Println()
	p := postfix("( 1 + 2 ) * 3 - 8 / 4")
	fmt.Println(p, "=", eval(p))
}
