package main

import (
	"fmt"
	"strings"
)

type Animal interface{ Sound() string }
type Walker interface{ Walk() string }
type Both interface {
	Animal
	Walker
}
type Dog struct{ name string }

func (d Dog) Sound() string { return d.name + " woof" }
func (d *Dog) Walk() string { return d.name + " walks" }

type Puppy struct {
	Dog
	age int
}

func (p Puppy) Sound() string { return "yip " + p.Dog.Sound() }

type Logger struct {
	prefix string
	lines  *[]string
}

func (l Logger) Log(s string) { *l.lines = append(*l.lines, l.prefix+s) }

type Service struct {
	Logger
	*Puppy
	Walker
	fmt.Stringer
}
type W2 struct{}

func (W2) Walk() string { return "w2" }

type rename = Dog
type Kennel []Dog

func (k Kennel) Names() (s []string) {
	for _, d := range k {
		s = append(s, d.name)
	}
	return
}

type Fn func(int) int

func (f Fn) Twice(x int) int { return f(f(x)) }

type M map[string]int

func (m M) Inc(k string) M { m[k]++; return m }

type Ch chan int

func (c Ch) SendAll(xs ...int) Ch {
	for _, x := range xs {
		c <- x
	}
	close(c)
	return c
}

type Ptr *int
type Outer struct {
	Inner struct {
		A, B int
		Deep struct{ C []int }
	}
	Fn func(o *Outer) int
}
type Num interface{ Val() int }
type n1 int

func (n n1) Val() int { return int(n) }

type wrapper struct{ Num }

func (w wrapper) Val() int { return w.Num.Val() * 10 }

func main() {
	d := Dog{"rex"}
	p := &Puppy{d, 1}
	var b Both = p
	fmt.Println(b.Sound(), b.Walk(), p.name)
	p.name = "max"
	fmt.Println(p.Walk(), d.name)
	var lines []string
	s := Service{Logger{"> ", &lines}, p, W2{}, nil}
	s.Log("one")
	s.Logger.Log("two")
	fmt.Println(lines, s.age, s.Sound(), s.Walker.Walk(), s.Puppy.Walk())
	var r rename = d
	fmt.Printf("%T %v\n", r, r)
	fmt.Println(Kennel{{"a"}, {"b"}}.Names(), Fn(func(x int) int { return x * 3 }).Twice(2), M{}.Inc("a").Inc("a"))
	for v := range make(Ch, 3).SendAll(1, 2, 3) {
		fmt.Print(v)
	}
	fmt.Println()
	x := 5
	var pt Ptr = &x
	*pt = 6
	fmt.Println(x)
	var o Outer
	o.Inner.Deep.C = append(o.Inner.Deep.C, 1)
	o.Inner.A = 3
	o.Fn = func(o *Outer) int { return o.Inner.A + len(o.Inner.Deep.C) }
	o2 := o
	o2.Inner.A = 10
	fmt.Println(o.Fn(&o), o2.Fn(&o2))
	fmt.Println(wrapper{wrapper{n1(2)}}.Val())
	if w, ok := any(s).(Walker); ok {
		fmt.Println("walker?", w)
	} else {
		fmt.Println("ambiguous")
	}
	if a, ok := any(d).(Both); !ok {
		fmt.Println("Dog is not Both", a == nil)
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = any(d).(Both)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var a Animal
		_ = a.(Walker)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = any("x").(int)
	}()
	func() {
		defer func() { fmt.Println(strings.Contains(fmt.Sprint(recover()), "nil pointer")) }()
		_ = s.String()
	}()
	f1, f2 := Animal.Sound, (*Dog).Walk
	fmt.Println(f1(p), f2(&d))
	type local struct{ Dog }
	l := local{d}
	fmt.Println(l.Sound(), (&l).Walk())
	fmt.Println(struct{ Animal }{d}.Sound())
	anon := struct {
		Dog
		x int
	}{d, 1}
	var an Animal = anon
	fmt.Println(an.Sound())
}
