// Names of types: of instances, of types inside functions, and of methods that begin with letters
// beyond ASCII.
package main

import (
	"fmt"
	"math/big"
	"reflect"
	"time"
)

type Pair[A, B any] struct {
	First  A
	Second B
}

func (p Pair[A, B]) Swap() Pair[B, A] { return Pair[B, A]{p.Second, p.First} }

type List[T any] struct {
	head *node[T]
}
type node[T any] struct {
	v    T
	next *node[T]
}

type Num int
type Fn func(int) string
type E struct{}
type Set[K comparable] map[K]struct{}
type Ch[T any] chan T

type Tree[K interface{ ~int | ~string }, V any] struct {
	l, r *Tree[K, V]
	k    K
	v    V
}

func show(v any) { fmt.Printf("%T|%v|%+v\n", v, v, v) }

type face interface {
	Übung() int
	above() int
	Zebra() int
}
type impl struct{}

func (impl) Übung() int { return 1 }
func (impl) above() int { return 2 }
func (impl) Zebra() int { return 3 }
func (impl) äh() int    { return 4 }

func main() {
	names()
	var f face = impl{}
	fmt.Println(f.Übung(), f.above(), f.Zebra(), reflect.TypeOf(f).NumMethod())
	for i := range 2 {
		fmt.Println(reflect.TypeOf(f).Method(i).Name, reflect.ValueOf(f).Method(i).Call(nil)[0])
	}
	_, ok := any(f).(interface{ Übung() int })
	_, bad := any(f).(interface{ Öde() })
	fmt.Println(ok, bad)
	defer func() { fmt.Println(recover()) }()
	var p *Pair[int, string]
	var s interface{ Swap() Pair[string, int] } = p
	s.Swap()
}

// names shows types as reflection names them.
func names() {
	show(Pair[int, string]{1, "a"})
	show(Pair[map[string]big.Int, []time.Time]{})
	show(Pair[chan time.Duration, func(time.Time) big.Int]{})
	show(Pair[[3]time.Month, *big.Rat]{})
	show(Pair[struct{ X int }, interface{ Foo() }]{})
	show(Pair[any, error]{})
	show(Pair[Num, Pair[Num, Fn]]{})
	show(Pair[Pair[E, *E], []Pair[E, Num]]{})
	show(Set[Num]{3: {}})
	show(Set[Pair[int, Num]]{{1, 2}: {}})
	show(reflect.TypeOf(Ch[int](nil)).String())
	show(reflect.TypeOf(&Tree[Num, time.Time]{}).String())
	type L struct{ A int }
	show(L{1})
	show(Pair[L, *L]{})
	show(local[int]())
	show(local[L]())
	show(local[time.Time]())
	show(Pair[int, string]{1, "a"}.Swap())
	t := reflect.TypeOf(Pair[map[string]big.Int, []time.Time]{})
	fmt.Println(t.Name(), t.PkgPath(), t.String())
	fmt.Println(reflect.TypeOf(Pair[L, *L]{}).Name())
	fmt.Println(reflect.TypeOf(L{}).Name(), reflect.TypeOf(L{}).PkgPath())
	fmt.Printf("%#v\n", Pair[Num, []L]{1, []L{{2}}})
	fmt.Printf("%#v\n", Set[string]{"a": {}})
	fmt.Printf("%#v %#v\n", Num(3), E{})
	fmt.Printf("%#v\n", struct {
		A int `json:"a"`
		b string
	}{1, "x"})
	fmt.Printf("%T\n", struct {
		Num
		*E
		x Pair[int, int] `k:"v"`
	}{})
	fmt.Printf("%T\n", func(a int, b ...Pair[int, L]) (Num, error) { return 0, nil })
	fmt.Printf("%T\n", (*interface {
		Foo(Num) L
		bar()
	})(nil))
	fmt.Printf("%T %T\n", Pair[int, int].Swap, (*Pair[int, Num]).Swap)
	fmt.Printf("%T\n", []map[Num]chan<- Pair[Num, <-chan L]{})
	for i := range t.NumMethod() {
		fmt.Println(t.Method(i).Name, t.Method(i).Type)
	}
	{
		type L string
		show(L("inner"))
		show(Pair[L, int]{})
		fmt.Println(any(L("x")) == any(L("x")))
	}
	f := func() any {
		type L float64
		return Pair[L, L]{1.5, 2}
	}
	show(f())
	fmt.Println(reflect.TypeOf(f()) == reflect.TypeOf(Pair[L, L]{}))
}

func local[T any]() any {
	type L struct{ X T }
	var z T
	return L{z}
}
