// Literals nested, elided, keyed, of pointers, anonymous structs, functions and maps of structs.
package main

import "fmt"

type Point struct{ X, Y float64 }
type Line struct {
	From, To *Point
	Style    struct {
		Color string
		Width int
	}
}
type Poly []Point

func main() {
	ls := []*Line{{From: &Point{1, 2}, To: &Point{Y: 3}}, {}}
	ls[1].Style.Color = "red"
	fmt.Println(*ls[0].From, ls[0].To.Y, ls[1].From == nil, ls[1].Style)
	m := map[Point][]*Point{{1, 2}: {{3, 4}, nil}, {}: nil}
	fmt.Println(len(m), *m[Point{1, 2}][0], m[Point{0, 0}] == nil)
	g := [...][2]Poly{{{{1, 2}}, nil}, 2: {1: Poly{{5, 6}}}}
	fmt.Println(g, len(g))
	t := []struct {
		name string
		in   []int
		f    func(...int) int
	}{
		{"len", []int{1, 2}, func(x ...int) int { return len(x) }},
		{name: "sum", in: []int{1, 2}, f: func(x ...int) (t int) {
			for _, v := range x {
				t += v
			}
			return
		}},
	}
	for _, c := range t {
		fmt.Println(c.name, c.f(c.in...))
	}
	r := [...]rune{9: 0, 1: 'b'}
	fmt.Println(r[:2:2], cap(r[:2:2]), [][]int{{1}, {2, 3}}[1][1])
	v := [...]string{2: "c", 0: "a"}
	fmt.Printf("%q %v\n", v, map[string]map[string]bool{"x": {"y": true}})
	if p := (Point{1, 1}); p == (Point{1, 1}) {
		fmt.Println("same")
	}
	e := []any{1, "a", []any{nil, Point{}}, map[string]any{"k": [1]int{}}}
	fmt.Printf("%v %+v\n", e, e[2])
	pp := &[]int{1, 2}
	(*pp)[0] = 5
	pm := &map[string]int{"a": 1}
	fmt.Println(*pp, (*pm)["a"], &Point{1, 2})
}
