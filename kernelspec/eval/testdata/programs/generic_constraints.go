// Constraints: unions, approximations, methods, comparable, and core types.
package main

import (
	"cmp"
	"fmt"
)

type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64
}

func Sum[T Number](v ...T) (s T) {
	for _, x := range v {
		s += x
	}
	return
}

func Max[T cmp.Ordered](a T, rest ...T) T {
	for _, b := range rest {
		if b > a {
			a = b
		}
	}
	return a
}

type Stringish interface {
	~string
	Len() int
}
type Name string

func (n Name) Len() int { return len(n) }

func Total[S Stringish](s ...S) (n int, all string) {
	for _, x := range s {
		n += x.Len()
		all += string(x)
	}
	return
}

func Index[T comparable](s []T, x T) int {
	for i, v := range s {
		if v == x {
			return i
		}
	}
	return -1
}

type Setter[T any] interface {
	*T
	Set(string)
}
type conf struct{ v string }

func (c *conf) Set(s string) { c.v = s }

func Make[T any, P Setter[T]](vals ...string) []T {
	r := make([]T, len(vals))
	for i, v := range vals {
		P(&r[i]).Set(v)
	}
	return r
}

func Bytes[T ~string | ~[]byte](x T) (n int) {
	for i := 0; i < len(x); i++ {
		n += int(x[i])
	}
	return
}

type Meters float64

func main() {
	fmt.Println(Sum(1, 2, 3), Sum(1.5, 2), Sum[Meters](1, 2.5), Sum[int8](100, 100))
	fmt.Println(Max(3, 9, 2), Max("b", "a"), Max(1.5))
	fmt.Println(Total(Name("ab"), Name("c")))
	fmt.Println(Index([]any{1, "a", nil}, any(nil)), Index([]Name{"x", "y"}, "y"), Index([][2]int{{1, 2}}, [2]int{2, 1}))
	fmt.Println(Make[conf]("a", "b"))
	fmt.Println(Bytes("AB"), Bytes([]byte{1, 2}))
}
