// Embedded structs promote fields and methods; depth decides, the outer shadows.
package main

import "fmt"

type Animal struct{ name string }

func (a Animal) Name() string     { return a.name }
func (a *Animal) Rename(n string) { a.name = n }
func (a Animal) Describe() string { return "animal " + a.Name() }

type Legs struct{ n int }

func (l Legs) Count() int { return l.n }

type Dog struct {
	Animal
	*Legs
	tricks []string
}

func (d Dog) Name() string { return "dog " + d.Animal.Name() }

type Puppy struct {
	Dog
	age int
}

type Namer interface{ Name() string }

func main() {
	d := Dog{Animal{"rex"}, &Legs{4}, nil}
	fmt.Println(d.Name(), d.Describe(), d.Count(), d.n, d.name)
	d.Rename("max")
	fmt.Println(d.Name(), d.Animal.Name())
	p := Puppy{Dog: d, age: 1}
	p.Rename("tiny")
	p.n = 3
	fmt.Println(p.Name(), d.Name(), d.n)
	var n Namer = p
	fmt.Println(n.Name())
	n = &p.Animal
	p.Rename("again")
	fmt.Println(n.Name())
	f := p.Describe
	p.Rename("later")
	fmt.Println(f(), p.Describe())
	r, ok := any(&p).(interface{ Rename(string) })
	_, ok2 := any(p).(interface{ Rename(string) })
	fmt.Println(ok, ok2)
	r.Rename("via interface")
	fmt.Println(p.name)
	fmt.Printf("%v %+v\n", p.Dog.Animal, p.age)
	fmt.Println(Puppy.Name(p), (*Puppy).Count(&p))
}
