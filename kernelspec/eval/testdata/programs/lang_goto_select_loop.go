// Labelled loops around select and switch, loop variables changed in the body, empty loops.
package main

import (
	"fmt"
	"strconv"
)

type event struct {
	kind string
	n    int
}

func run(events []event) (log []string) {
	in, done := make(chan event), make(chan struct{})
	go func() {
		for _, e := range events {
			in <- e
		}
		close(done)
	}()
	sum := 0
loop:
	for {
		select {
		case e := <-in:
			switch e.kind {
			case "add":
				sum += e.n
				continue loop
			case "skip":
				break
			case "stop":
				log = append(log, "stopped")
				break loop
			}
			log = append(log, e.kind)
		case <-done:
			log = append(log, "done")
			break loop
		}
	}
	return append(log, strconv.Itoa(sum))
}

func main() {
	fmt.Println(run([]event{{"add", 1}, {"skip", 0}, {"add", 2}}))
	fmt.Println(run([]event{{"add", 5}, {"other", 0}, {"stop", 0}, {"add", 9}})[:2])
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		if i == 2 {
			j -= 2
		}
		fmt.Print(i, j, " ")
	}
	fmt.Println()
	n := 0
	for n < 5 {
		n += 2
	}
	for {
		n++
		if n > 10 {
			break
		}
	}
	fmt.Println(n)
	for i := 0; i < 3; i++ {
		switch i {
		case 1:
			continue
		}
		for j := range 3 {
			if j == i {
				break
			}
			fmt.Print(i, ",", j, " ")
		}
	}
	fmt.Println()
	s := []int{1, 2, 3}
	for i := 0; i < len(s); i++ {
		if s[i]%2 == 1 && len(s) < 6 {
			s = append(s, s[i]*2)
		}
	}
	fmt.Println(s)
	for i := range s {
		s = append(s, i)
	}
	fmt.Println(len(s))
}
