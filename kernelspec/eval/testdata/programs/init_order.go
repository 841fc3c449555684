// Package variables are initialised by dependency, then in order; init functions follow.
//cells:whole

package main

import "fmt"

var trace []string

func note(s string) string { trace = append(trace, s); return s }

var (
	a = b + note("a")
	b = c() + note("b")
	d = note("d")
)

func c() string { return e + note("c") }

var e = note("e")

var x, y = pair()

func pair() (int, int) { note("pair"); return z * 2, z * 3 }

var z = func() int { note("z"); return 5 }()

var _ = note("blank")

func init() { note("init1") }
func init() { note("init2"); total = x + y }

var total int

func main() {
	fmt.Println(trace)
	fmt.Println(a, b, d, e, x, y, total)
}
