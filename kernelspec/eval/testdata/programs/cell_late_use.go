// Mutually recursive functions and types, methods before their types, names used before they are declared.
package main

import "fmt"

func main() {
	fmt.Println(isEven(10), isOdd(7), total(), NewA().B.A.name)
	fmt.Println(limit, table["x"], greet("y"))
	var v visitor = printer{}
	leaf{3}.accept(v)
	pair{leaf{1}, leaf{2}}.accept(v)
}

func (p printer) visit(n node) { fmt.Printf("%T ", n) }

func isEven(n int) bool { return n == 0 || isOdd(n-1) }
func isOdd(n int) bool  { return n != 0 && isEven(n-1) }

func total() int { return limit * 2 }

var table = map[string]string{"x": greet("x")}

func greet(s string) string { return prefix + s }

const prefix = "hello "

var limit = compute()

func compute() int { return len(prefix) }

type A struct {
	name string
	B    *B
}
type B struct{ A *A }

func NewA() *A {
	a := &A{name: "a"}
	a.B = &B{a}
	return a
}

type node interface{ accept(visitor) }
type visitor interface{ visit(node) }
type leaf struct{ v int }
type pair struct{ l, r node }
type printer struct{}

func (l leaf) accept(v visitor) { v.visit(l); fmt.Println(l.v) }
func (p pair) accept(v visitor) { p.l.accept(v); p.r.accept(v); v.visit(p); fmt.Println() }
