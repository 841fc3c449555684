// len, cap, append, copy, clear, min, max, delete, make, new, complex, panic, print sizes.
package main

import (
	"fmt"
	"math"
)

type S []int
type M map[string]S

func main() {
	fmt.Println(min(3, 1, 2), max(2.5, 1), min("b", "a"), max(int8(3), 4))
	x, y := 1.5, math.NaN()
	fmt.Println(min(x, y), max(x, math.Inf(1)), min(x, 1))
	s := S{1, 2, 3}
	s = append(s, 4)
	s = append(s, s...)
	fmt.Println(len(s), s, cap(make([]int, 2, 7)))
	fmt.Println(copy(s, s[4:]), copy(s[2:], []int{9, 9}), s)
	m := M{"a": s[:1], "b": nil}
	delete(m, "a")
	fmt.Println(len(m), m)
	clear(m)
	clear(s)
	fmt.Println(len(m), s)
	c := make(chan int, 4)
	c <- 1
	fmt.Println(len(c), cap(c), len("abc"), len([4]int{}), cap(new([3]int)))
	p := new(struct{ a, b int })
	p.b = 2
	fmt.Println(*p, *new(string) == "")
	const l = len("const")
	var arr [l]int
	fmt.Println(len(arr), real(complex(1, 2)), imag(3i))
	bs := append([]byte(nil), "bytes"...)
	bs = append(bs, ' ', 'x')
	fmt.Printf("%s %d\n", bs, len(bs))
	var e []any
	e = append(e, nil, 1, "s", []int(nil))
	fmt.Println(e, len(e))
	var nilS S
	fmt.Println(append(nilS, nilS...) == nil, len(append([]int{}, nilS...)))
}
