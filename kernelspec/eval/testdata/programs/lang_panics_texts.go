package main

import "fmt"

type S struct {
	a int
	_ int
	f float64
	i any
}
type U struct{ f func() }
type V struct{ s []int }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "->", r)
		}
	}()
	f()
	fmt.Println(name, "ok")
}

type bad struct{}

func (bad) String() string { panic("boom") }

type nilS struct{ x int }

func (n *nilS) String() string { return fmt.Sprint("x=", n.x) }

type fm struct{}

func (fm) Format(s fmt.State, v rune) {
	w, ok := s.Width()
	fmt.Fprint(s, "fm", string(v), w, ok, s.Flag('+'))
}

type gs struct{}

func (gs) GoString() string { return "GS!" }

type Deep struct {
	P *Deep
	N int
}

func main() {
	fmt.Println(S{1, 2, 0.5, 3} == S{1, 5, 0.5, 3}, S{i: 1} == S{i: "1"})
	try("uncomparable func", func() { fmt.Println(any(U{}) == any(U{})) })
	try("uncomparable slice", func() { var x, y any = []int{1}, []int{1}; fmt.Println(x == y) })
	try("diff types", func() { var x, y any = []int{1}, "s"; fmt.Println(x == y) })
	try("S with slice", func() { fmt.Println(S{i: []int{}} == S{i: []int{}}) })
	try("S with slice, a differs", func() { fmt.Println(S{a: 1, i: []int{}} == S{a: 2, i: []int{}}) })
	try("map key", func() { m := map[any]int{}; m[[]int{1}] = 2 })
	try("map key struct", func() { m := map[any]int{}; m[V{}] = 2 })
	try("array of any", func() { fmt.Println([2]any{1, "a"} == [2]any{1, "a"}) })
	try("shift", func() { n := -1; fmt.Println(1 << n) })
	try("div", func() { n := 0; fmt.Println(1 / n) })
	try("conv", func() { fmt.Println([4]int([]int{1, 2})) })
	try("makeslice", func() { n := -5; _ = make([]int, n) })
	try("makechan", func() { n := -5; _ = make(chan int, n) })
	try("slice3", func() { a := []int{1, 2, 3}; i := 5; fmt.Println(a[1:2:i]) })
	try("slice", func() { a := "abc"; i := 2; j := 1; fmt.Println(a[i:j]) })
	try("nil func", func() { var f func(); f() })
	try("nil method value", func() { var p *nilS; f := p.String; fmt.Println("made"); f() })
	try("nil iface method value", func() { var s fmt.Stringer; f := s.String; f() })
	try("custom panic", func() { panic(fmt.Errorf("wrapped %w", fmt.Errorf("in"))) })
	try("nil panic", func() { panic(nil) })
	try("panic struct", func() { panic(struct{ A, B int }{1, 2}) })
	try("close nil", func() { var c chan int; close(c) })
	try("close twice", func() { c := make(chan int); close(c); close(c) })
	try("nil map", func() { var m map[string][]int; m["a"] = append(m["a"], 1) })
	try("nil array ptr", func() { var p *[3]int; fmt.Println(len(p), p[1]) })
	try("range nil array ptr", func() {
		var p *[3]int
		for i, v := range p {
			fmt.Println(i, v)
		}
	})
	try("assert", func() { var x any = 3; fmt.Println(x.(fmt.Stringer)) })
	try("assert2", func() { var x fmt.Stringer = gs2{}; fmt.Println(x.(error)) })
	try("assert3", func() { var x fmt.Stringer = gs2{}; fmt.Println(x.(*nilS)) })
	fmt.Println(bad{}, &bad{}, []any{bad{}})
	fmt.Println((*nilS)(nil), []*nilS{nil})
	fmt.Printf("%v %+v %#v %x %5d|%s\n", fm{}, fm{}, gs{}, fm{}, fm{}, gs{})
	fmt.Printf("%v %+v\n", Deep{nil, 1}, &Deep{nil, 2})
	fmt.Printf("%d %s %v\n", "str", 5, []error{fmt.Errorf("a"), nil})
	fmt.Printf("%!d %d\n", 1)
	fmt.Printf("%d\n", 1, 2)
	fmt.Printf("%[3]d %[1]d\n", 1, 2)
	fmt.Printf("%v %v\n", map[S]int{{a: 2}: 1, {a: 1}: 2}, map[any]int{"b": 1, 2: 2, "a": 3, 1.5: 4, true: 5})
}

type gs2 struct{}

func (gs2) String() string { return "gs2" }
