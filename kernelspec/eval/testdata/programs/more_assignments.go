// Assignments: to fields through maps of pointers, of results, swaps, op-assign on every kind of place.
package main

import "fmt"

type node struct {
	val  int
	list []int
	next *node
	m    map[string]*node
}

func two() (int, *node) { return 2, &node{val: 22} }

func main() {
	n := &node{m: map[string]*node{"k": {}}}
	n.m["k"].val, n.next = two()
	n.m["k"].list = append(n.m["k"].list, 1, 2)
	n.m["k"].list[1] += 40
	n.next.next = n
	n.next.next.val++
	fmt.Println(n.m["k"].val, n.m["k"].list, n.next.val, n.val)
	a := []int{1, 2, 3, 4}
	a[0], a[3], a[1] = a[3], a[0], a[2]
	fmt.Println(a)
	i := 0
	i, a[i] = 1, 100
	fmt.Println(i, a)
	x, y, z := 1, "two", 3.0
	x, w := 5, true
	fmt.Println(x, y, z, w)
	var p, q *int = &x, &i
	*p, *q = *q, *p
	fmt.Println(x, i)
	var arr [3]struct{ v []string }
	arr[1].v = append(arr[1].v, "a")
	arr[1].v[0] += "b"
	fmt.Println(arr)
	m := map[string][2]int{"a": {1, 2}}
	t := m["a"]
	t[0] = 9
	fmt.Println(m["a"], t)
	var e any = 1
	e, s := any("now string"), e.(int)+1
	fmt.Println(e, s)
	c := make(chan int, 1)
	c <- 4
	v, ok := <-c
	mv, mok := m["z"]
	tv, tok := e.(string)
	fmt.Println(v, ok, mv, mok, tv, tok)
	n.list = []int{0}
	n.list[0]--
	n.list[0] *= -7
	n.list[0] %= 4
	fmt.Println(n.list)
	f := func() *node { x++; return n }
	f().val = x
	f().val += 100
	fmt.Println(n.val, x)
}
