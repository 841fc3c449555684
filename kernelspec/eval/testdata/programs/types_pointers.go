// Pointers: to variables, elements, fields and pointers; new of a type and of a value.
package main

import "fmt"

type Node struct {
	val  int
	next *Node
}

func push(head **Node, v int) { *head = &Node{v, *head} }

func swap(a, b *int) { *a, *b = *b, *a }

func counter() *int {
	n := 0
	return &n
}

func main() {
	x, y := 1, 2
	swap(&x, &y)
	fmt.Println(x, y)
	var head *Node
	for i := range 4 {
		push(&head, i)
	}
	for n := head; n != nil; n = n.next {
		fmt.Print(n.val, " ")
	}
	fmt.Println()
	c, d := counter(), counter()
	*c += 5
	fmt.Println(*c, *d, c == d, c == c)
	p := new(int)
	*p = 3
	q := new(x * 10)
	s := new("text")
	fmt.Println(*p, *q, *s)
	arr := []int{1, 2, 3}
	e := &arr[1]
	*e = 20
	arr = append(arr, 4)
	*e = 21
	fmt.Println(arr[1], *e)
	pp := &p
	**pp = 8
	fmt.Println(*p)
	st := &struct{ a, b *int }{&x, &y}
	*st.a = 100
	fmt.Println(x, st.a == &x, st.b == &x)
	var np *Node
	fmt.Println(np == nil, any(np) == nil)
}
