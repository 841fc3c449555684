// fmt's verbs on values of own types: structs, pointers, nested, maps, slices, errors.
package main

import "fmt"

type Color int

const (
	Red Color = iota
	Green
)

func (c Color) String() string { return [...]string{"red", "green"}[c] }

type Car struct {
	Name  string
	Color Color
	Owner *Person
	Tags  map[string]int
	priv  []float64
	any   any
}
type Person struct{ First, last string }

func (p *Person) String() string { return p.First + " " + p.last }

type Temp float64
type Raw []byte
type Fn func(int) string

func main() {
	c := Car{"T", Green, &Person{"A", "B"}, map[string]int{"z": 1, "a": 2}, []float64{1, 2.5}, Red}
	fmt.Printf("%v\n", c.Owner)
	c.Owner = nil
	fmt.Printf("%v\n%+v\n%#v\n", c, c, c)
	fmt.Printf("%v %+v %#v %T\n", Person{"x", "y"}, Person{"x", "y"}, Person{"x", "y"}, &c)
	fmt.Printf("%d %s %v %x %q %#v %T\n", Green, Green, Green, Green, Green, Green, Green)
	fmt.Printf("%v %#v %.2f %6.1f|%-8v|%+d\n", Temp(3), Temp(3), Temp(2), Temp(1.25), Temp(7), 5)
	fmt.Printf("%s %v %x %#v %q\n", Raw("hi"), Raw("hi"), Raw("hi"), Raw("hi"), Raw("hi"))
	fmt.Printf("%v %s %d\n", []Color{Red, Green}, []Color{Green}, [2]Color{1, 0})
	fmt.Printf("%v %v %#v\n", map[Color]Temp{Green: 1, Red: 2}, map[string]Color{"k": Green}, map[Color]string{Red: "r"})
	fmt.Printf("%v %+v %#v\n", struct{ A any }{Green}, struct{ P *int }{}, struct{ S []Temp }{[]Temp{1}})
	fmt.Printf("%T %T %T\n", Fn(nil), map[Color]*Car{}, struct{ C Color }{})
	fmt.Printf("%v %d %s\n", error(nil), []any{1, "a", Green}, []string{"x", "y"})
	fmt.Printf("%d %!|%z %s\n", "str", 1, 2)
	fmt.Printf("%[2]v %[1]v %*d|%-*d|\n", "a", "b", 5, 42, 4, 7)
	fmt.Printf("%5t|%c|%U|%e|%g|%08.3f|%+q|%x\n", true, 'é', 'é', 12345.678, 1e21, 3.14159, "é", "hex")
	var np *Person
	var e error
	fmt.Printf("%t %v\n", np == nil, e)
}
