// Generic interfaces, instantiated types as their implementations, type switches on type parameters.
package main

import "fmt"

type Container[T any] interface {
	Put(T)
	Get() (T, bool)
}
type Queue[T any] struct{ q []T }

func (q *Queue[T]) Put(v T) { q.q = append(q.q, v) }
func (q *Queue[T]) Get() (v T, ok bool) {
	if len(q.q) > 0 {
		v, q.q, ok = q.q[0], q.q[1:], true
	}
	return
}

type Opt[T any] struct{ v *T }

func (o *Opt[T]) Put(v T) { o.v = &v }
func (o *Opt[T]) Get() (v T, ok bool) {
	if o.v == nil {
		return
	}
	return *o.v, true
}

func Drain[T any](c Container[T]) (r []T) {
	for v, ok := c.Get(); ok && len(r) < 3; v, ok = c.Get() {
		r = append(r, v)
	}
	return
}

func Name[T any](v T) string {
	switch x := any(v).(type) {
	case int:
		return "int"
	case []T:
		return "slice of it"
	case Container[string]:
		return "string container"
	case fmt.Stringer:
		return x.String()
	}
	return fmt.Sprintf("%T", v)
}

type Eq[T any] interface{ Equal(T) bool }
type mod3 int

func (a mod3) Equal(b mod3) bool { return a%3 == b%3 }

func Count[T Eq[T]](s []T, x T) (n int) {
	for _, v := range s {
		if x.Equal(v) {
			n++
		}
	}
	return
}

func main() {
	for _, c := range []Container[int]{&Queue[int]{}, &Opt[int]{}} {
		c.Put(1)
		c.Put(2)
		fmt.Printf("%T %v\n", c, Drain(c))
	}
	fmt.Println(Name(1), Name("s"), Name(&Queue[string]{}), Name(&Queue[int]{}), Name(mod3(1)))
	fmt.Println(Count([]mod3{1, 4, 5, 7}, 1))
	var e any = &Opt[string]{}
	_, a := e.(Container[string])
	_, b := e.(Container[int])
	fmt.Println(a, b)
}
