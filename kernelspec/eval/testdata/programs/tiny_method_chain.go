// Chained methods on values and pointers.
package main

import (
	"fmt"
	"slices"
	"strings"
)

type b struct{ parts []string }

func (x b) With(s string) b  { return b{append(slices.Clip(x.parts), s)} }
func (x *b) Add(s string) *b { x.parts = append(x.parts, s); return x }
func (x b) String() string   { return strings.Join(x.parts, "/") }

func main() {
	base := b{}.With("a")
	c, d := base.With("c"), base.With("d")
	fmt.Println(base, c, d)
	p := &base
	p.Add("x").Add("y")
	fmt.Println(base, *p, len(c.parts))
}
