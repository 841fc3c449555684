package main

import "fmt"

// order of evaluation & package init
var (
	a    = c + b
	b    = f("b", 2)
	c    = f("c", 3)
	d    = func() int { return f("d", a) }()
	e, g = two()
	_    = f("blank", 1)
)

func two() (int, int)       { return f("e", 1), f("g", 2) }
func f(n string, v int) int { fmt.Print(n, " "); return v }

type T struct{ n int }

func (t T) M(s string) T   { fmt.Print(s, t.n, " "); t.n++; return t }
func (t *T) P(s string) *T { fmt.Print(s, t.n, " "); t.n++; return t }
func get(i int) *int       { fmt.Print("get", i, " "); return &arr[i] }

var arr [3]int

func mk(s string, i int) func(int) int {
	fmt.Print("mk", s, " ")
	return func(j int) int { fmt.Print("call", s, " "); return i + j }
}
func init() { fmt.Println("init1", a, b, c, d, e, g) }
func init() { fmt.Println("init2") }

func main() {
	t := T{1}
	t.M("x").M("y").P2()
	t.P("p").P("q").M("r")
	fmt.Println(t)
	*get(f("i", 1)), *get(2) = f("v", 10), f("w", 20)
	fmt.Println(arr)
	fmt.Println(mk("1", f("a1", 1))(mk("2", 2)(f("a2", 3))))
	m := map[string]int{}
	m[fmt.Sprint(f("k", 1))] = f("val", 9)
	fmt.Println(m, f("s", 1) == f("t", 2) && f("u", 3) == 3 || f("z", 4) == 4)
	x := []int{f("0", 0), f("1", 1), f("2", 2)}
	y := [...]struct{ a, b int }{{f("A", 1), f("B", 2)}, {b: f("C", 3)}}
	fmt.Println(x, y)
	i := 0
	i, x[i] = 2, 7
	fmt.Println(i, x)
	x[i], i = 5, 0
	fmt.Println(i, x)
	var p *T
	func() {
		defer func() { fmt.Println("rec", recover() != nil) }()
		p.n = f("rhs", 3)
	}()
	func() {
		defer func() { fmt.Println("rec", recover()) }()
		var mm map[string]int
		mm[string(rune('a'+f("key", 1)))] = f("rhs", 3)
	}()
	func() {
		defer func() { fmt.Println("rec", recover()) }()
		x[f("idx", 5)] = f("rhs", 3)
	}()
	ch := make(chan int, 1)
	ch <- f("send", 4)
	select {
	case *get(0) = <-ch:
		fmt.Println(arr)
	}
	for i, v := range [...]int{f("r", 1), 2} {
		fmt.Print(i, v)
	}
	fmt.Println()
	return
}
func (t T) P2() { fmt.Print("P2 ", t.n, " ") }
