// What an interface holds is a copy.
package main

import "fmt"

type p struct{ n int }

func (x p) Get() int { return x.n }

type getter interface{ Get() int }

func main() {
	v := p{1}
	var g getter = v
	v.n = 2
	fmt.Println(g.Get(), v.Get())
	g = &v
	v.n = 3
	fmt.Println(g.Get())
	arr := [2]int{1, 2}
	var e any = arr
	arr[0] = 9
	fmt.Println(e, arr, e == any([2]int{1, 2}))
	s := []int{1}
	e = s
	s[0] = 5
	fmt.Println(e)
}
