// A generic matrix with views, iterators and function arguments.
package main

import (
	"fmt"
	"iter"
	"strings"
)

type Num interface {
	~int | ~int64 | ~float32 | ~float64 | ~complex128
}

type Mat[T Num] struct {
	r, c   int
	stride int
	d      []T
}

func NewMat[T Num](r, c int, d ...T) Mat[T] {
	if len(d) == 0 {
		d = make([]T, r*c)
	}
	if len(d) != r*c {
		panic(fmt.Sprintf("matrix %d×%d of %d values", r, c, len(d)))
	}
	return Mat[T]{r, c, c, d}
}

func (m Mat[T]) At(i, j int) T   { return m.d[i*m.stride+j] }
func (m Mat[T]) Ptr(i, j int) *T { return &m.d[i*m.stride+j] }
func (m Mat[T]) View(i, j, r, c int) Mat[T] {
	return Mat[T]{r, c, m.stride, m.d[i*m.stride+j:]}
}

func (m Mat[T]) All() iter.Seq2[[2]int, T] {
	return func(yield func([2]int, T) bool) {
		for i := range m.r {
			for j := range m.c {
				if !yield([2]int{i, j}, m.At(i, j)) {
					return
				}
			}
		}
	}
}

func (m Mat[T]) Mul(n Mat[T]) Mat[T] {
	o := NewMat[T](m.r, n.c)
	for p, v := range m.All() {
		for j := range n.c {
			*o.Ptr(p[0], j) += v * n.At(p[1], j)
		}
	}
	return o
}

func Map[T, U Num](m Mat[T], f func(T) U) Mat[U] {
	o := NewMat[U](m.r, m.c)
	for p, v := range m.All() {
		*o.Ptr(p[0], p[1]) = f(v)
	}
	return o
}

func (m Mat[T]) String() string {
	var rows []string
	for i := range m.r {
		rows = append(rows, fmt.Sprint(m.d[i*m.stride:i*m.stride+m.c]))
	}
	return strings.Join(rows, " ")
}

func main() {
	a := NewMat(2, 3, 1, 2, 3, 4, 5, 6)
	b := NewMat(3, 2, 1, 0, 0, 1, 1, 1)
	fmt.Println(a.Mul(b), a)
	v := a.View(0, 1, 2, 2)
	*v.Ptr(1, 1) = 60
	fmt.Println(v, a)
	fmt.Println(Map(a, func(i int) float64 { return float64(i) / 4 }))
	c := NewMat(2, 2, 1i, 1, 0, 2)
	fmt.Println(c.Mul(c))
	for p, x := range a.All() {
		if x > 3 {
			fmt.Println("first above 3 at", p)
			break
		}
	}
	fmt.Printf("%T\n", c)
	defer func() { fmt.Println(recover()) }()
	NewMat(2, 2, 1, 2, 3)
}
