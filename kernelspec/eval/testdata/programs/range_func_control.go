// Range over functions with return, labels, goto, defer and nested loops.
package main

import (
	"errors"
	"fmt"
	"iter"
)

func seq(name string, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("end of", name)
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func search(want int) (at string, err error) {
	defer func() { at += "!" }()
	for i := range seq("outer", 3) {
		for j := range seq("inner", 3) {
			if i+j == want {
				return fmt.Sprint(i, ",", j), nil
			}
		}
	}
	return "", errors.New("not found")
}

func labels() {
outer:
	for i := range seq("a", 3) {
		for j := range seq("b", 3) {
			switch {
			case j == 1:
				continue outer
			case i == 2:
				break outer
			}
			fmt.Println("at", i, j)
		}
	}
}

func deferred() {
	for i := range seq("d", 2) {
		defer fmt.Println("deferred", i)
	}
	fmt.Println("body of deferred ends")
}

func main() {
	fmt.Println(search(2))
	fmt.Println(search(9))
	labels()
	deferred()
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		for i := range seq("p", 3) {
			if i == 1 {
				panic("in the body")
			}
		}
	}()
}
