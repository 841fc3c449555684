// Arrays are values: copied on assignment, compared element by element.
package main

import "fmt"

type Grid [3][3]int

func (g Grid) Set(i, j, v int) Grid { g[i][j] = v; return g }
func (g *Grid) Put(i, j, v int)     { g[i][j] = v }

func change(a [3]int)   { a[0] = 100 }
func changeP(a *[3]int) { a[0] = 100 }

func main() {
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 9
	fmt.Println(a, b, a == b, a == [...]int{1, 2, 3})
	change(a)
	fmt.Println(a)
	changeP(&a)
	fmt.Println(a, len(a), cap(a))
	s := [...]string{5: "five", 2: "two", "three"}
	fmt.Printf("%d %q\n", len(s), s)
	var g Grid
	h := g.Set(1, 1, 5)
	g.Put(0, 0, 1)
	fmt.Println(g, h, g != h)
	p := &a
	for i := range p {
		p[i] *= 2
	}
	fmt.Println(a, p[1:], len(p))
	m := map[[2]int]string{{1, 2}: "x"}
	fmt.Println(m[[2]int{1, 2}], [2]bool{true} == [2]bool{true, false})
	for i, v := range a {
		a[2] = 77
		fmt.Print(i, v, " ")
	}
	fmt.Println()
	sl := []int{1, 2, 3, 4}
	arr := [2]int(sl)
	ptr := (*[4]int)(sl)
	ptr[0] = 50
	fmt.Println(arr, sl)
}
