// Structs: nesting, anonymous types, comparison, copies, tags and embedded pointers.
package main

import (
	"fmt"
	"unsafe"
)

type Address struct{ Street, City string }
type Person struct {
	Name string
	Age  int
	Address
	Friends []*Person
	extra   map[string]any
}

type Empty struct{}

func main() {
	p := Person{Name: "Ann", Age: 30, Address: Address{"High St", "Rome"}}
	q := p
	q.City = "Oslo"
	q.Friends = append(q.Friends, &p)
	fmt.Println(p.City, q.City, q.Friends[0].Name, q.Address)
	fmt.Printf("%v\n%+v\n%#v\n", p, p, p.Address)
	a := struct {
		X, Y int
		T    string `json:"t"`
	}{1, 2, "t"}
	var b struct {
		X, Y int
		T    string `json:"t"`
	}
	b = a
	fmt.Println(a == b, Address{"a", "b"} == Address{"a", "b"}, Empty{} == Empty{})
	type pair struct {
		any
		n int
	}
	fmt.Println(pair{1, 2} == pair{1, 2}, pair{"x", 2} == pair{1, 2})
	fmt.Printf("%T %T %v\n", a, pair{}, unsafe.Sizeof(Empty{}))
	pp := &p
	pp.Age++
	(*pp).Name += "a"
	fmt.Println(p.Name, p.Age, pp.Street)
	arr := []Person{p, q}
	arr[0].Address.City = "Bonn"
	fmt.Println(arr[0].City, p.City)
	m := map[string]*Address{"x": {"s", "c"}}
	m["x"].City = "changed"
	fmt.Println(*m["x"])
}
