package main

import "fmt"

func main() {
	a := []int{1, 2, 3, 4, 5}
	b := a[1:3]
	b = append(b, 99)
	fmt.Println(a, b, len(b), cap(b))
	c := a[1:3:3]
	c = append(c, 77)
	fmt.Println(a, c, cap(a[1:3:3]))
	copy(a[1:], a)
	fmt.Println(a)
	copy(a, a[2:])
	fmt.Println(a)
	var n []int
	fmt.Println(n == nil, len(n), append(n, n...) == nil, append([]int{}, n...) == nil)
	n = append(n, 1, 2)
	d := append(n[:1], 5)
	fmt.Println(n, d)
	s := make([][]int, 3)
	for i := range s {
		s[i] = make([]int, i+1)
		for j := range s[i] {
			s[i][j] = i * j
		}
	}
	fmt.Println(s, len(s[2]))
	e := [...]string{2: "c", 0: "a"}
	fmt.Println(len(e), e, e[1] == "")
	f := []string{5: "x", "y", 1: "b"}
	fmt.Printf("%q %d\n", f, len(f))
	bs := []byte("hello")
	bs2 := append([]byte("x"), "yz"...)
	k := copy(bs, "HE")
	fmt.Println(string(bs), k, string(bs2))
	arr := [5]int{1, 2, 3, 4, 5}
	sl := arr[:]
	sl[0] = 100
	parr := (*[3]int)(sl)
	parr[1] = 200
	fmt.Println(arr, [2]int(sl))
	clear(sl[3:])
	fmt.Println(arr)
	m := map[int]int{1: 1}
	clear(m)
	fmt.Println(len(m), min(3, 1, 2), max(2.5, 1), min("b", "a"))
	x := []int{1, 2, 3}
	for i, v := range x {
		x = append(x, v*10)
		if i == 0 {
			x[1] = 50
		}
	}
	fmt.Println(x)
	y := []*int{}
	for i := range 3 {
		y = append(y, &i)
	}
	for _, p := range y {
		fmt.Print(*p, " ")
	}
	fmt.Println()
	i := 0
	i, x[i] = 1, 42
	fmt.Println(i, x[0])
	x[0], x[1], x[2] = x[2], x[0], x[1]
	fmt.Println(x)
	z := x
	x, z = z[:1], x[1:]
	fmt.Println(x, z)
	mat := [3][3]int{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}
	t := mat
	for i := range mat {
		for j := range mat[i] {
			t[j][i] = mat[i][j]
		}
	}
	fmt.Println(mat, t, mat == t)
	for i := len(x) - 1; i >= 0; i-- {
		fmt.Print(x[i])
	}
	fmt.Println(append([]any{1}, []any{"a", nil}...)...)
}
