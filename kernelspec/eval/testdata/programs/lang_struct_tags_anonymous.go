// Anonymous structs in slices, maps, fields, parameters and results; assignability and comparison.
package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

type Config struct {
	DB struct {
		Host string
		Port int
	}
	Users []struct {
		Name  string
		Roles map[string]bool
	}
}

func point(x, y int) struct{ X, Y int } { return struct{ X, Y int }{x, y} }

func sum(p struct{ X, Y int }) int { return p.X + p.Y }

type Point struct{ X, Y int }

var table = []struct {
	in   string
	want int
	err  error
}{
	{"1", 1, nil},
	{in: "x", err: strconv.ErrSyntax},
	{"99999999999999999999", math.MaxInt, strconv.ErrRange},
}

func main() {
	var c Config
	c.DB.Host, c.DB.Port = "localhost", 5432
	c.Users = append(c.Users, struct {
		Name  string
		Roles map[string]bool
	}{"ann", map[string]bool{"admin": true}})
	fmt.Printf("%+v\n", c)
	p := point(1, 2)
	fmt.Println(p, sum(p), sum(Point{3, 4}), Point(p) == p, p == struct{ X, Y int }{1, 2})
	var q Point = p
	fmt.Printf("%T %T %#v\n", p, q, p)
	for _, t := range table {
		got, err := strconv.Atoi(t.in)
		fmt.Println(got == t.want, errors.Is(err, t.err), err == nil)
	}
	m := map[string]struct{ n, m int }{"a": {1, 2}}
	v := m["a"]
	v.n = 10
	m["b"] = v
	fmt.Println(m, len(m))
	set := map[rune]struct{}{}
	for _, r := range "hello" {
		set[r] = struct{}{}
	}
	_, has := set['l']
	fmt.Println(len(set), has)
	anon := []any{struct{ A int }{1}, struct{ A int }{1}, struct{ B int }{1}}
	fmt.Println(anon[0] == anon[1], anon[0] == anon[2])
	fn := struct {
		name string
		call func(int) int
	}{"double", func(i int) int { return i * 2 }}
	fmt.Println(fn.name, fn.call(4))
	e := struct {
		Point
		*Config
	}{Point{5, 6}, &c}
	fmt.Println(e.X, e.DB.Port)
}
